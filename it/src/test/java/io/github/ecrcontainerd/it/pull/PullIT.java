package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@WithContainerd
@ExtendWith(PrivateEcr.class)
class PullIT {
  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final ContainerdClient containerd;

  PullIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.resolver = ecr.resolver().build();
    this.containerd = ContainerdClient.builder().address(daemon.socket()).build();
  }

  @BeforeEach
  void forgetEarlierRequests() {
    ecr.server().counters().reset();
  }

  @AfterEach
  void leavesNoLeaseAndNoHalfMadeSnapshot() throws Exception {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    assertThat(daemon.heldLeases()).isEmpty();
    assertThat(daemon.ctr("snapshots", "ls")).doesNotContain("extract-");
    collectGarbage();
    StoredContent.checkBytes(daemon);
    containerd.close();
    resolver.close();
  }

  @ParameterizedTest
  @EnumSource
  void leavesAnImageThatTheDaemonsOwnToolCallsCompleteAndUnpacked(Format format) throws Exception {
    String repository = "complete-" + format.name().toLowerCase(Locale.ROOT);
    OciLayout layout = ecr.repository(repository);
    OciImage image = layout.image(format, OciLayout.HERE, layers(1, 2, 3));
    layout.tag("latest", image.manifest());

    Image pulled = pull(repository, "latest");

    String name = ecr.reference(repository, "latest");
    assertThat(pulled.name()).isEqualTo(name);
    assertThat(pulled.target().digest()).isEqualTo(image.manifest().digest());
    assertThat(daemon.ctr("images", "ls"))
        .contains(name, image.manifest().mediaType(), image.manifest().digest().toString());
    assertThat(daemon.ctr("images", "check", "name==" + name)).contains("complete (4/4)", "true");
    assertThat(StoredContent.labels(daemon, image.manifest().digest()))
        .contains("containerd.io/gc.ref.content.config=" + image.config().digest())
        .contains("containerd.io/gc.ref.content.l.2=" + image.layers().get(2).digest())
        .contains("containerd.io/distribution.source.ecr.aws=arn:aws:ecr:us-west-2:");
    assertThat(StoredContent.labels(daemon, image.config().digest()))
        .contains("containerd.io/gc.ref.snapshot.overlayfs=" + image.chainId());
    assertThat(StoredContent.labels(daemon, image.layers().getFirst().digest()))
        .contains("containerd.io/uncompressed=" + image.diffIds().getFirst());
  }

  @Test
  void keepsAnImageWhenTheDaemonCollectsGarbage() throws Exception {
    OciLayout layout = ecr.repository("kept");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(4, 5));
    layout.tag("latest", layout.index(Format.OCI, List.of(image.manifest())));
    pull("kept", "latest");

    collectGarbage();

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("kept", "latest")))
        .contains("complete (3/3)", "true");
    assertThat(daemon.ctr("snapshots", "ls")).contains(image.chainId().toString());
  }

  @Test
  void fetchesNothingButTheManifestOfAnImageThatIsThere() throws Exception {
    OciLayout layout = ecr.repository("again");
    layout.tag("latest", layout.image(Format.OCI, OciLayout.HERE, layers(6, 7)).manifest());
    pull("again", "latest");
    ecr.server().counters().reset();

    pull("again", "latest");

    assertThat(ecr.server().counters().requests()).isEqualTo(1);
    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(1);
    assertThat(ecr.server().counters().layerTransfers()).isEmpty();
  }

  @Test
  void fetchesOnlyWhatIsNewOfATagWhoseLayersAreKnown() throws Exception {
    OciLayout layout = ecr.repository("tags");
    OciImage first = layout.image(Format.OCI, OciLayout.HERE, layers(8, 9));
    OciImage second = layout.image(Format.OCI, OciLayout.HERE, layers(8, 9, 10));
    layout.tag("1", first.manifest());
    layout.tag("2", second.manifest());
    pull("tags", "1");
    ecr.server().counters().reset();

    pull("tags", "2");

    assertThat(ecr.server().counters().layerTransfers())
        .extracting(LayerTransfer::digest)
        .containsExactlyInAnyOrder(second.config().digest(), second.layers().getLast().digest());
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("tags", "2")))
        .contains("complete (4/4)", "true");
  }

  @Test
  void movesTheImageWhenItsTagMoved() throws Exception {
    OciLayout layout = ecr.repository("moved");
    OciImage before = layout.image(Format.OCI, OciLayout.HERE, layers(11));
    OciImage after = layout.image(Format.OCI, OciLayout.HERE, layers(12));
    layout.tag("latest", before.manifest());
    pull("moved", "latest");
    daemon.ctr("images", "label", ecr.reference("moved", "latest"), "mine=1");
    layout.tag("latest", after.manifest());

    pull("moved", "latest");

    Image image = containerd.images().get(ecr.reference("moved", "latest")).orElseThrow();
    assertThat(image.target().digest()).isEqualTo(after.manifest().digest());
    assertThat(image.labels()).containsEntry("mine", "1");
  }

  @Test
  void pullsByDigest() throws Exception {
    OciLayout layout = ecr.repository("digest");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(13));
    layout.tag("latest", image.manifest());
    String reference = ecr.reference("digest", "latest") + "@" + image.manifest().digest();

    assertThat(containerd.pull(reference, resolver).name()).isEqualTo(reference);
  }

  @Test
  void pullsThePlatformOfThisMachineFromAnIndexAndAnotherWhenAsked() throws Exception {
    OciLayout layout = ecr.repository("platforms");
    Platform other = Platform.parse("linux/arm/v6");
    OciImage own = layout.image(Format.OCI, OciLayout.HERE, layers(14));
    OciImage foreign = layout.image(Format.OCI, other, layers(15));
    layout.tag("latest", layout.index(Format.OCI, List.of(foreign.manifest(), own.manifest())));

    pull("platforms", "latest");
    assertThat(StoredContent.of(daemon))
        .contains(own.manifest().digest(), own.layers().getFirst().digest())
        .doesNotContain(foreign.manifest().digest(), foreign.layers().getFirst().digest());

    // An arm/v7 runs what was built for arm/v6.
    pull("platforms", "latest", options().platform(Platform.parse("linux/arm/v7")).build());
    assertThat(StoredContent.of(daemon)).contains(foreign.layers().getFirst().digest());
    assertThat(daemon.ctr("snapshots", "ls")).contains(foreign.chainId().toString());
  }

  @Test
  void namesThePlatformsThatAnImageHasWhereItLacksTheOneAskedFor() {
    OciLayout layout = ecr.repository("lacking");
    List<Descriptor> manifests =
        Stream.of("linux/arm64", "linux/arm/v7")
            .map(p -> layout.image(Format.DOCKER, Platform.parse(p), layers(16)).manifest())
            .toList();
    layout.tag("list", layout.index(Format.DOCKER, manifests));
    layout.tag(
        "single", layout.image(Format.OCI, Platform.parse("linux/arm64"), layers(16)).manifest());
    PullOptions options = options().platform(Platform.parse("linux/s390x")).build();

    assertThatThrownBy(() -> pull("lacking", "list", options))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has no image for linux/s390x; it has linux/arm64, linux/arm/v7");
    assertThatThrownBy(() -> pull("lacking", "single", options))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has no image for linux/s390x; it has linux/arm64");
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("lacking");
  }

  @Test
  void bringsContentWithoutSnapshotsWhereItIsNotToUnpack() throws Exception {
    OciLayout layout = ecr.repository("packed");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(17));
    layout.tag("latest", image.manifest());

    pull("packed", "latest", options().unpack(false).build());

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("packed", "latest")))
        .contains("complete (2/2)", "false");
    assertThat(daemon.ctr("snapshots", "ls")).doesNotContain(image.chainId().toString());
  }

  @Test
  void unpacksIntoAnotherSnapshotter() throws Exception {
    OciLayout layout = ecr.repository("native");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(18));
    layout.tag("latest", image.manifest());

    pull("native", "latest", options().snapshotter("native").build());

    assertThat(daemon.ctr("snapshots", "--snapshotter", "native", "ls"))
        .contains(image.chainId().toString());
  }

  @Test
  void unpacksWhereTheNamespaceSays() throws Exception {
    OciLayout layout = ecr.repository("labelled");
    OciImage image = layout.image(Format.OCI, Platform.current(), layers(26));
    layout.tag("latest", image.manifest());
    daemon.ctr("namespaces", "create", "labelled");
    daemon.ctr("namespaces", "label", "labelled", "containerd.io/defaults/snapshotter=native");

    try (ContainerdClient labelled =
        ContainerdClient.builder().address(daemon.socket()).namespace("labelled").build()) {
      labelled.pull(ecr.reference("labelled", "latest"), resolver);
    }

    assertThat(daemon.ctr("-n", "labelled", "snapshots", "--snapshotter", "native", "ls"))
        .contains(image.chainId().toString());
    assertThat(daemon.ctr("-n", "labelled", "snapshots", "--snapshotter", "overlayfs", "ls"))
        .doesNotContain(image.chainId().toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 16})
  void pullsALargeLayerInRangesOfEveryParallelism(int parallelism) throws Exception {
    String repository = "large-" + parallelism;
    OciLayout layout = ecr.repository(repository);
    byte[] noise = new byte[20_000_000];
    new Random(parallelism).nextBytes(noise);
    Layer layer = Layer.of(Layer.Compression.PLAIN, new LayerTar().file("noise", 0644, noise));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer));
    layout.tag("latest", image.manifest());

    try (EcrResolver ranges = ecr.resolver().layerDownloadParallelism(parallelism).build()) {
      containerd.pull(ecr.reference(repository, "latest"), ranges);
    }

    assertThat(ecr.server().counters().layerBytes(image.layers().getFirst().digest()))
        .isEqualTo(image.layers().getFirst().size());
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference(repository, "latest")))
        .contains("complete (2/2)", "true");
  }

  @Test
  void goesOnBehindTheBytesThatAnEarlierPullHasLeft() throws Exception {
    OciLayout layout = ecr.repository("resumed");
    byte[] noise = new byte[12_000_000];
    new Random(42).nextBytes(noise);
    Layer layer = Layer.of(Layer.Compression.PLAIN, new LayerTar().file("noise", 0644, noise));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer));
    layout.tag("latest", image.manifest());
    Digest digest = image.layers().getFirst().digest();
    long reset = 9_000_000;
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(digest) && request.range().end() > reset
                    ? LayerFault.closeAfter(Math.max(0, reset - request.range().first()))
                    : LayerFault.none());
    assertThatThrownBy(() -> pull("resumed", "latest")).isInstanceOf(ResolverException.class);
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("resumed");
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    long offset = containerd.content().status("layer-" + digest).orElseThrow().offset();
    assertThat(offset).isGreaterThan(0);
    ecr.server().counters().reset();

    pull("resumed", "latest");

    assertThat(ecr.server().counters().layerBytes(digest))
        .isEqualTo(image.layers().getFirst().size() - offset);
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("resumed", "latest")))
        .contains("complete (2/2)", "true");
  }

  @Test
  void refusesALayerWhoseBytesAreNotThoseOfItsDigest() {
    OciLayout layout = ecr.repository("damaged");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(19));
    layout.tag("latest", image.manifest());
    Digest digest = image.layers().getFirst().digest();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(digest) ? LayerFault.corruptByte(10) : LayerFault.none());

    assertThatThrownBy(() -> pull("damaged", "latest")).hasMessageContaining(digest.toString());
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("damaged");
    assertThat(daemon.ctr("content", "active")).doesNotContain(digest.toString());
  }

  @Test
  void refusesALayerThatUnpacksToSomethingElseThanTheConfigurationSays() throws Exception {
    OciLayout layout = ecr.repository("lying");
    OciImage honest = layout.image(Format.OCI, OciLayout.HERE, layers(20));
    OciImage other = layout.image(Format.OCI, OciLayout.HERE, layers(21));
    String manifest =
        Files.readString(layout.file(honest.manifest().digest()))
            .replace(honest.config().digest().toString(), other.config().digest().toString());
    layout.tag(
        "latest",
        layout.blob(honest.manifest().mediaType(), manifest.getBytes(StandardCharsets.UTF_8)));

    assertThatThrownBy(() -> pull("lying", "latest"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("unpacks to " + honest.diffIds().getFirst());
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("lying");
  }

  @ParameterizedTest
  @EnumSource
  void unpacksEveryCompressionOfDockersLayers(Layer.Compression compression) throws Exception {
    String repository = "docker-" + compression.name().toLowerCase(Locale.ROOT);
    OciLayout layout = ecr.repository(repository);
    Layer layer = Layer.of(compression, new LayerTar().file(repository, 0644, repository));
    OciImage image = layout.image(Format.DOCKER, OciLayout.HERE, List.of(layer));
    layout.tag("latest", image.manifest());

    pull(repository, "latest");

    assertThat(daemon.ctr("snapshots", "ls")).contains(image.chainId().toString());
  }

  @Test
  void tellsAListenerOfEveryPartOnce() throws Exception {
    OciLayout layout = ecr.repository("told");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(22, 23));
    layout.tag("latest", image.manifest());
    Map<Digest, Long> bytes = new ConcurrentHashMap<>();
    Set<Digest> completed = ConcurrentHashMap.newKeySet();
    Set<Digest> unpacked = ConcurrentHashMap.newKeySet();
    PullListener listener =
        new PullListener() {
          @Override
          public void transferred(Descriptor content, long more) {
            bytes.merge(content.digest(), more, Long::sum);
          }

          @Override
          public void completed(Descriptor content) {
            assertThat(completed.add(content.digest())).isTrue();
          }

          @Override
          public void unpacked(Descriptor layer) {
            unpacked.add(layer.digest());
          }
        };

    pull("told", "latest", options().listener(listener).build());

    Stream.concat(Stream.of(image.manifest(), image.config()), image.layers().stream())
        .forEach(
            content -> {
              assertThat(bytes).containsEntry(content.digest(), content.size());
              assertThat(completed).contains(content.digest());
            });
    assertThat(unpacked)
        .containsExactlyInAnyOrderElementsOf(
            image.layers().stream().map(Descriptor::digest).toList());
  }

  @Test
  void pullsAnImageThatHasOneLayerTwice() throws Exception {
    OciLayout layout = ecr.repository("twice");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(24, 24, 25, 24));
    layout.tag("latest", image.manifest());

    pull("twice", "latest");

    assertThat(daemon.ctr("snapshots", "ls")).contains(image.chainId().toString());
  }

  @Test
  void pullsAnImageWithoutLayers() throws Exception {
    OciLayout layout = ecr.repository("empty");
    layout.tag("latest", layout.image(Format.OCI, OciLayout.HERE, List.of()).manifest());

    pull("empty", "latest");

    assertThat(daemon.ctr("images", "ls", "-q")).contains(ecr.reference("empty", "latest"));
  }

  /** Has the daemon remove now what nothing keeps, and waits until it has. */
  private void collectGarbage() throws InterruptedException {
    containerd.leases().deleteAndCollect(containerd.leases().create("", Map.of()).id());
  }

  private Image pull(String repository, String tag) throws InterruptedException {
    return pull(repository, tag, options().build());
  }

  private Image pull(String repository, String tag, PullOptions options)
      throws InterruptedException {
    return containerd.pull(ecr.reference(repository, tag), resolver, options);
  }

  private PullOptions.Builder options() {
    return PullOptions.builder();
  }

  /** A gzip layer with one file for each number: the same number, the same layer. */
  private static List<Layer> layers(int... numbers) {
    return Arrays.stream(numbers)
        .mapToObj(
            number ->
                Layer.gzip(
                    new LayerTar().file("file-" + number, 0644, ("content " + number).repeat(99))))
        .toList();
  }
}
