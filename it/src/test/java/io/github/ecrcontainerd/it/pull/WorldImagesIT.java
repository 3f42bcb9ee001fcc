package io.github.ecrcontainerd.it.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.Layer.Compression;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Images that tools write beside the letter of a specification, and that containerd takes: they are
 * pulled, pushed and copied, and what can't be is refused in one sentence.
 */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class WorldImagesIT {
  /** The namespace in which the daemon's own tool imports the same images. */
  private static final String PEER = "peer";

  private static final Platform OTHER_PROCESSOR =
      Platform.of("linux", OciLayout.HERE.architecture().equals("arm64") ? "amd64" : "arm64");

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final ContainerdClient containerd;
  private final List<String> warnings = new CopyOnWriteArrayList<>();

  WorldImagesIT(Containerd daemon, LocalEcr ecr) {
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
  void leavesNothingBehind() {
    assertThat(daemon.heldLeases()).isEmpty();
    assertThat(daemon.ctr("snapshots", "ls")).doesNotContain("extract-");
    StoredContent.checkBytes(daemon);
    containerd.close();
    resolver.close();
  }

  @Test
  void anImageThatNamesNoPlatformIsUnpacked() throws Exception {
    OciLayout layout = ecr.repository("no-platform");
    Layer layer = layer("no platform");
    layout.tag("latest", image(layout, config(Map.of(), layer), layer));

    pull("no-platform");

    assertThat(warnings).isEmpty();
    assertUnpacked("no-platform", layer);
    assertTravels("no-platform");
  }

  static Stream<Arguments> otherPlatforms() {
    return Stream.of(
        Arguments.of(Platform.parse("linux/amd64/v2"), null),
        Arguments.of(Platform.parse("linux/amd64/v4"), "linux/amd64"),
        Arguments.of(OTHER_PROCESSOR, null),
        Arguments.of(Platform.parse("linux/arm"), "linux/arm/v6"));
  }

  @ParameterizedTest(name = "{0} pulled as {1}")
  @MethodSource("otherPlatforms")
  void anImageThatIsNoIndexIsWhatTheUserAskedFor(Platform builtFor, String asked) throws Exception {
    String name = "single-" + builtFor.toString().replace('/', '-');
    OciLayout layout = ecr.repository(name);
    Layer layer = layer(name);
    layout.tag("latest", image(layout, config(platform(builtFor), layer), layer));
    PullOptions.Builder options = options();
    Platform wanted = asked == null ? Platform.current() : Platform.parse(asked);
    if (asked != null) {
      options.platform(wanted);
    }

    pull(name, options);

    if (wanted.best(List.of(builtFor)).isPresent()) {
      assertThat(warnings).isEmpty();
    } else {
      assertThat(warnings)
          .singleElement()
          .asString()
          .contains("is for " + builtFor, "may not run on " + wanted);
    }
    assertUnpacked(name, layer);
    assertTravels(name);
  }

  @Test
  void onlyAnExplicitPlatformThatContradictsAnImageIsAnError() {
    OciLayout layout = ecr.repository("contradicted");
    Layer layer = layer("contradicted");
    layout.tag("latest", image(layout, config(platform(OTHER_PROCESSOR), layer), layer));

    assertThatThrownBy(() -> pull("contradicted", options().platform(Platform.parse("s390x"))))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has no image for linux/s390x; it has " + OTHER_PROCESSOR);
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("contradicted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/octet-stream", "application/json", "text/html", "text/plain", ""})
  void aDockerImageMayHaveAConfigurationOfAVagueType(String type) throws Exception {
    String name = "vague-" + type.replaceAll("[^a-z]", "-") + "x";
    OciLayout layout = ecr.repository(name);
    Layer layer = layer(name);
    Descriptor config = layout.document(type, config(platform(OciLayout.HERE), layer));
    Descriptor blob = layout.blob(MediaTypes.DOCKER_LAYER_GZIP, layer.bytes());
    layout.tag("latest", layout.manifest(Format.DOCKER, config, List.of(blob), Map.of()));

    pull(name);

    assertUnpacked(name, layer);
    assertTravels(name);
  }

  @Test
  void anArtifactWithAConfigurationOfAVagueTypeStaysAnArtifact() throws Exception {
    OciLayout layout = ecr.repository("vague-artifact");
    Descriptor config = layout.blob("application/json", "{\"vague\":\"artifact\"}".getBytes(UTF_8));
    Descriptor blob = layout.blob("application/x-tar", layer("vague artifact").bytes());
    layout.tag("latest", layout.manifest(Format.DOCKER, config, List.of(blob), Map.of()));
    String before = daemon.ctr("snapshots", "ls");

    pull("vague-artifact");

    assertThat(daemon.ctr("snapshots", "ls")).isEqualTo(before);
    assertTravels("vague-artifact");
  }

  @Test
  void anEmptyConfigurationComesAndIsNotUnpacked() throws Exception {
    OciLayout layout = ecr.repository("empty-config");
    Layer layer = layer("empty config");
    layout.tag("latest", image(layout, Map.of(), layer));
    String before = daemon.ctr("snapshots", "ls");

    pull("empty-config");

    assertThat(warnings).singleElement().asString().contains("nothing is unpacked", "no diff IDs");
    assertThat(daemon.ctr("snapshots", "ls")).isEqualTo(before);
    assertTravels("empty-config");
  }

  @Test
  void aRootFileSystemOfNoTypeIsTakenAsLayers() throws Exception {
    OciLayout layout = ecr.repository("no-rootfs-type");
    Layer layer = layer("no rootfs type");
    Map<String, Object> config = new LinkedHashMap<>(platform(OciLayout.HERE));
    config.put("rootfs", Map.of("diff_ids", List.of(layer.diffId().toString())));
    layout.tag("latest", image(layout, config, layer));

    pull("no-rootfs-type");

    assertUnpacked("no-rootfs-type", layer);
    assertTravels("no-rootfs-type");
  }

  @Test
  void anImageWithoutLayersMayLeaveItsRootFileSystemEmpty() throws Exception {
    OciLayout layout = ecr.repository("empty-rootfs");
    Map<String, Object> config = new LinkedHashMap<>(platform(OciLayout.HERE));
    config.put("rootfs", Map.of());
    layout.tag("latest", image(layout, config));

    pull("empty-rootfs");

    assertThat(warnings).isEmpty();
    assertTravels("empty-rootfs");
  }

  @Test
  void otherBlobsAmongTheLayersComeAndOnlyTheLayersAreUnpacked() throws Exception {
    OciLayout layout = ecr.repository("mixed");
    Layer lower = layer("mixed lower");
    Layer upper = layer("mixed upper");
    List<Descriptor> blobs =
        List.of(
            layout.blob("application/vnd.in-toto+json", "{\"mixed\":1}".getBytes(UTF_8)),
            layout.blob(MediaTypes.OCI_LAYER_GZIP, lower.bytes()),
            layout.blob("application/vnd.wasm.content.layer.v1+wasm", "\0asm\1".getBytes(UTF_8)),
            layout.blob(MediaTypes.OCI_LAYER_GZIP, upper.bytes()));
    Descriptor config =
        layout.document(MediaTypes.OCI_CONFIG, config(platform(OciLayout.HERE), lower, upper));
    layout.tag("latest", layout.manifest(Format.OCI, config, blobs, Map.of()));

    pull("mixed");

    assertThat(StoredContent.of(daemon))
        .containsAll(blobs.stream().map(Descriptor::digest).toList());
    assertThat(daemon.ctr("snapshots", "ls")).contains(chainId(lower, upper).toString());
    assertTravels("mixed");
  }

  @Test
  void anEntryOfAnUnknownTypeIsPassedOver() throws Exception {
    OciLayout layout = ecr.repository("unknown-first");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer("unknown first")));
    Descriptor unknown = unknown(layout, "first");
    layout.tag("latest", layout.index(Format.OCI, List.of(unknown, image.manifest())));

    pull("unknown-first");

    assertThat(daemon.ctr("snapshots", "ls")).contains(image.chainId().toString());
    assertThat(StoredContent.of(daemon)).doesNotContain(unknown.digest());
  }

  @Test
  void whereOnlyUnknownTypesAreTheErrorListsThem() {
    OciLayout layout = ecr.repository("unknown-only");
    Descriptor unknown = unknown(layout, "only");
    layout.tag("latest", layout.index(Format.OCI, List.of(unknown)));

    assertThatThrownBy(() -> pull("unknown-only"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("Skipped")
        .hasMessageContaining(unknown.mediaType());
  }

  @Test
  void aChildWithoutAMediaTypeIsTheSameForPullPushAndCopy() throws Exception {
    OciLayout layout = ecr.repository("untyped-child");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer("untyped child")));
    layout.tag("child", image.manifest());
    layout.tag("latest", layout.index(Format.OCI, List.of(image.manifest().withMediaType(""))));

    pull("untyped-child");

    assertThat(daemon.ctr("snapshots", "ls")).contains(image.chainId().toString());
    assertArrivesEverywhere("untyped-child", options().allPlatforms(true).unpack(false));
    // ctr can't walk such an index.
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4_000_000, Long.MAX_VALUE})
  void aLayerOfAnotherSizeThanItsDescriptorSaysIsRefusedAlsoWhenItIsThere(long said)
      throws Exception {
    String name = "layer-said-" + said;
    OciLayout layout = ecr.repository(name);
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer(name)));
    layout.tag("honest", image.manifest());
    Descriptor layer = image.layers().getFirst();
    Descriptor lying = Descriptor.of(layer.mediaType(), layer.digest(), said);
    layout.tag("latest", layout.manifest(Format.OCI, image.config(), List.of(lying), Map.of()));
    containerd.pull(ecr.reference(name, "honest"), resolver);

    assertThatThrownBy(() -> pull(name))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(layer.digest().toString())
        .hasMessageContaining("has %,d bytes; its descriptor says %,d", layer.size(), said);
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain(ecr.reference(name, "latest"));
    var _ = ecr.repository(name + "-copied");
    assertThatThrownBy(() -> copy(name))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining(layer.digest().toString());

    RegistryCopy.between(resolver, resolver)
        .run(ecr.reference(name, "honest"), ecr.reference(name + "-copied", "honest"));
    assertThatThrownBy(() -> copy(name))
        .hasMessageContaining(layer.digest().toString())
        .hasMessageContaining("has %,d bytes; its descriptor says %,d", layer.size(), said);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4_000_000, Long.MAX_VALUE})
  void aDocumentOfAnotherSizeThanItsDescriptorSaysIsRefusedAlsoWhenItIsThere(long said)
      throws Exception {
    String name = "document-said-" + said;
    OciLayout layout = ecr.repository(name);
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer(name)));
    Descriptor manifest = image.manifest();
    layout.tag("honest", manifest);
    Descriptor lying = Descriptor.of(manifest.mediaType(), manifest.digest(), said);
    layout.tag("latest", layout.index(Format.OCI, List.of(lying.withPlatform(OciLayout.HERE))));
    containerd.pull(ecr.reference(name, "honest"), resolver);

    assertThatThrownBy(() -> pull(name))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(manifest.digest().toString())
        .hasMessageContaining("has %,d bytes; its descriptor says %,d", manifest.size(), said);
    var _ = ecr.repository(name + "-copied");
    assertThatThrownBy(() -> copy(name))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining(manifest.digest().toString());
  }

  @Test
  void aSha512DigestIsRefusedBeforeADownloadWhereTheDaemonCannotHaveItAndIsCopiedDirectly()
      throws Exception {
    OciLayout layout = ecr.repository("sha512");
    Layer layer = layer("sha512");
    Descriptor blob =
        layout.blob(MediaTypes.OCI_LAYER_GZIP, Digest.Algorithm.SHA512, layer.bytes());
    Descriptor config =
        layout.document(MediaTypes.OCI_CONFIG, config(platform(OciLayout.HERE), layer));
    layout.tag("latest", layout.manifest(Format.OCI, config, List.of(blob), Map.of()));

    assertThatThrownBy(() -> pull("sha512", options().unpack(false)))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("sha512 digest, which this containerd can't store")
        .hasMessageContaining("copy --direct")
        .hasMessageNotContaining("\n");
    assertThat(ecr.server().counters().layerTransfers()).isEmpty();

    var _ = ecr.repository("sha512-copied");
    copy("sha512");
    assertSameFiles("sha512", "sha512-copied");
  }

  @Test
  void aConfigurationThatCannotBeRunIsPulledUnpackedAndCopied() throws Exception {
    OciLayout layout = ecr.repository("entrypoint");
    Layer layer = layer("entrypoint");
    Map<String, Object> config = new LinkedHashMap<>(config(platform(OciLayout.HERE), layer));
    config.put("config", Map.of("Entrypoint", "/x"));
    layout.tag("latest", image(layout, config, layer));

    pull("entrypoint");

    assertThat(daemon.ctr("snapshots", "ls")).contains(layer.diffId().toString());
    // ctr reads the process for an import, and refuses it.
    assertArrivesEverywhere("entrypoint", options().unpack(false));
  }

  static Stream<Arguments> lyingCompressions() {
    return Stream.of(Format.values())
        .flatMap(
            format ->
                Stream.of(Compression.values())
                    .flatMap(
                        said ->
                            Stream.of(Compression.values())
                                .filter(is -> is != said)
                                .map(is -> Arguments.of(format, said, is))));
  }

  @ParameterizedTest(name = "{0} says {1}, is {2}")
  @MethodSource("lyingCompressions")
  void aLayerIsUnpackedByItsBytesWhateverItsTypeSays(
      Format format, Compression said, Compression is) throws Exception {
    String name = "%s-says-%s-is-%s".formatted(format, said, is).toLowerCase(Locale.ROOT);
    OciLayout layout = ecr.repository(name);
    Layer layer = Layer.of(is, new LayerTar().file("text", 0644, name.repeat(50)));
    Descriptor config =
        layout.document(MediaTypes.OCI_CONFIG, config(platform(OciLayout.HERE), layer));
    Descriptor blob = layout.blob(said.mediaType(format), layer.bytes());
    layout.tag("latest", layout.manifest(Format.OCI, config, List.of(blob), Map.of()));

    pull(name);

    assertUnpacked(name, layer);
    assertTravels(name);
  }

  @Test
  void aFreshImageIsAskedForOnce() throws Exception {
    OciLayout layout = ecr.repository("asked-once");
    OciImage image =
        layout.image(Format.OCI, OciLayout.HERE, List.of(layer("once a"), layer("once b")));
    layout.tag("latest", image.manifest());

    pull("asked-once");

    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(1);
    assertThat(ecr.server().counters().requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isEqualTo(3);
    assertThat(ecr.server().counters().requests()).isEqualTo(4);
    assertThat(ecr.server().counters().layerTransfers()).hasSize(3);
  }

  @Test
  void aFreshIndexIsAskedForOnceAndItsManifestOnce() throws Exception {
    OciLayout layout = ecr.repository("index-once");
    OciImage other = layout.image(Format.OCI, OTHER_PROCESSOR, List.of(layer("index once other")));
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer("index once")));
    layout.tag("latest", layout.index(Format.OCI, List.of(other.manifest(), image.manifest())));

    pull("index-once");

    assertThat(ecr.server().counters().requests(Operation.BATCH_GET_IMAGE)).isEqualTo(2);
    assertThat(ecr.server().counters().requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isEqualTo(2);
    assertThat(ecr.server().counters().requests()).isEqualTo(4);
    assertThat(ecr.server().counters().layerTransfers()).hasSize(2);
  }

  /** Unpacked by the daemon's own word, and to what its own tool unpacks the same image to. */
  private void assertUnpacked(String name, Layer layer) throws Exception {
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference(name, "latest")))
        .contains("complete", "true");
    assertThat(daemon.ctr("snapshots", "ls")).contains(layer.diffId().toString());
  }

  /** Arrives everywhere, and the daemon's own tool brings the same content from the same layout. */
  private void assertTravels(String name) throws Exception {
    assertArrivesEverywhere(name, options().allPlatforms(true).unpack(false));
    importAsPeer(name);
    Set<Digest> ours = StoredContent.of(daemon);
    Set<Digest> peers =
        daemon
            .ctr("-n", PEER, "content", "ls", "-q")
            .lines()
            .map(Digest::parse)
            .collect(Collectors.toSet());
    assertThat(digests(name)).allMatch(ours::contains).allMatch(peers::contains);
  }

  /** Pulled, pushed from the daemon and copied from registry to registry: the same files. */
  private void assertArrivesEverywhere(String name, PullOptions.Builder options) throws Exception {
    Image image = containerd.pull(ecr.reference(name, "latest"), resolver, options.build());
    for (Digest digest : digests(name)) {
      Path got = daemon.directory().resolve("got");
      daemon.run(
          "sh",
          "-c",
          "\"$@\" > " + got,
          "sh",
          ctr(),
          "--address",
          socket(),
          "content",
          "get",
          digest.toString());
      assertThat(ecr.existing(name).file(digest)).hasSameBinaryContentAs(got);
      Files.delete(got);
    }
    var _ = ecr.repository(name + "-pushed");
    containerd.push(ecr.reference(name + "-pushed", "latest"), image.target(), resolver);
    assertSameFiles(name, name + "-pushed");
    var _ = ecr.repository(name + "-copied");
    Descriptor copied = copy(name);
    assertSameFiles(name, name + "-copied");
    assertThat(copied.digest()).isEqualTo(image.target().digest());
  }

  private String ctr() {
    return daemon.ctrCommand().getFirst();
  }

  private String socket() {
    return daemon.socket().toString();
  }

  /** By diff(1): nothing is missing, nothing is more, and each byte is the same. */
  private void assertSameFiles(String original, String copy) {
    Command.run(
        List.of(
            "diff",
            "-r",
            ecr.repositoryPath(original).resolve("blobs").toString(),
            ecr.repositoryPath(copy).resolve("blobs").toString()));
  }

  private void importAsPeer(String name) throws Exception {
    Path archive = daemon.directory().resolve(name + ".tar");
    Command.run(
        List.of("tar", "-C", ecr.repositoryPath(name).toString(), "-cf", archive.toString(), "."));
    daemon.ctr(
        "-n",
        PEER,
        "images",
        "import",
        "--all-platforms",
        "--no-unpack",
        "--base-name",
        name,
        archive.toString());
    Files.delete(archive);
  }

  private List<Digest> digests(String name) throws Exception {
    List<Digest> digests = new ArrayList<>();
    try (Stream<Path> files = Files.list(ecr.repositoryPath(name).resolve("blobs/sha256"))) {
      files.forEach(file -> digests.add(Digest.parse("sha256:" + file.getFileName())));
    }
    return digests;
  }

  private Descriptor copy(String name) throws InterruptedException {
    return RegistryCopy.between(resolver, resolver)
        .run(ecr.reference(name, "latest"), ecr.reference(name + "-copied", "latest"));
  }

  private Image pull(String name) throws InterruptedException {
    return pull(name, options());
  }

  private Image pull(String name, PullOptions.Builder options) throws InterruptedException {
    PullListener listener =
        new PullListener() {
          @Override
          public void warning(String message) {
            warnings.add(message);
          }
        };
    return containerd.pull(
        ecr.reference(name, "latest"), resolver, options.listener(listener).build());
  }

  private static PullOptions.Builder options() {
    return PullOptions.builder();
  }

  private static Layer layer(String text) {
    return Layer.gzip(new LayerTar().file("text", 0644, text));
  }

  private static Digest chainId(Layer lower, Layer upper) {
    return Digest.sha256((lower.diffId() + " " + upper.diffId()).getBytes(UTF_8));
  }

  private static Map<String, Object> platform(Platform platform) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("architecture", platform.architecture());
    fields.put("os", platform.os());
    if (!platform.variant().isEmpty()) {
      fields.put("variant", platform.variant());
    }
    return fields;
  }

  private static Map<String, Object> config(Map<String, Object> platform, Layer... layers) {
    Map<String, Object> config = new LinkedHashMap<>(platform);
    List<String> diffIds = Stream.of(layers).map(layer -> layer.diffId().toString()).toList();
    config.put("rootfs", Map.of("type", "layers", "diff_ids", diffIds));
    return config;
  }

  private static Descriptor image(OciLayout layout, Map<String, ?> config, Layer... layers) {
    List<Descriptor> blobs =
        Stream.of(layers)
            .map(layer -> layout.blob(MediaTypes.OCI_LAYER_GZIP, layer.bytes()))
            .toList();
    return layout.manifest(
        Format.OCI, layout.document(MediaTypes.OCI_CONFIG, config), blobs, Map.of());
  }

  private static Descriptor unknown(OciLayout layout, String text) {
    return layout
        .blob("application/vnd.example.unknown.v1+json", ("{\"" + text + "\":1}").getBytes(UTF_8))
        .withPlatform(OciLayout.HERE);
  }
}
