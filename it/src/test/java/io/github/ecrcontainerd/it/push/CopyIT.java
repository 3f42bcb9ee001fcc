package io.github.ecrcontainerd.it.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.RegistryCopy;
import io.github.ecrcontainerd.containerd.image.Image;
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
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies from registry to registry, through containerd and without it, and what goes along. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class CopyIT {
  private static final int SIGTERM = 128 + 15;

  /** Raise it to 2048 to see what takes too long for every day. */
  private static final int LARGE_MIB = Integer.getInteger("it.largeLayerMiB", 200);

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;

  CopyIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.resolver = ecr.resolver().build();
  }

  @BeforeEach
  void forgetEarlierRequests() {
    ecr.server().counters().reset();
  }

  @AfterEach
  void leavesNoLease() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none()).unlimitedBandwidth();
    assertThat(daemon.heldLeases()).isEmpty();
    resolver.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copiesAllPlatformsToAnotherRegionAndAccount(boolean direct) throws Exception {
    OciLayout layout = ecr.repository("all-" + direct);
    List<OciImage> images =
        Stream.of("linux/amd64", "linux/arm64", "linux/arm/v7")
            .map(p -> image(layout, Platform.parse(p), direct + p))
            .toList();
    Descriptor index = layout.index(Format.OCI, images.stream().map(OciImage::manifest).toList());
    layout.tag("latest", index);
    OciLayout copy = ecr.repository("all-copy-" + direct);
    String destination =
        "ecr.aws/arn:aws-cn:ecr:cn-north-1:210987654321:repository/all-copy-" + direct + ":1.0";

    Ended ended = copy(direct, ecr.reference("all-" + direct, "latest"), destination);

    assertThat(ended.err()).doesNotContain("ecr: ");
    assertThat(ended.out()).isEqualTo(destination + " " + index.digest() + "\n");
    assertThat(resolver.resolve(destination).target().digest()).isEqualTo(index.digest());
    for (OciImage image : images) {
      for (Descriptor part : List.of(image.manifest(), image.config(), image.layers().getFirst())) {
        assertThat(Files.readAllBytes(copy.file(part.digest())))
            .isEqualTo(Files.readAllBytes(layout.file(part.digest())));
      }
    }
    // Directly means that the daemon is not asked for anything.
    assertThat(daemon.ctr("images", "ls", "-q").contains("all-" + direct)).isEqualTo(!direct);
    assertThat(daemon.ctr("snapshots", "ls").lines()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void copiesOnePlatformAsTheRoot(boolean direct) throws Exception {
    OciLayout layout = ecr.repository("one-" + direct);
    OciImage amd64 = image(layout, Platform.parse("linux/amd64"), "one-amd64" + direct);
    OciImage arm64 = image(layout, Platform.parse("linux/arm64"), "one-arm64" + direct);
    layout.tag("latest", layout.index(Format.OCI, List.of(amd64.manifest(), arm64.manifest())));
    OciLayout copy = ecr.repository("one-copy-" + direct);
    String destination = ecr.reference("one-copy-" + direct, "latest");

    Ended ended =
        copy(
            direct,
            ecr.reference("one-" + direct, "latest"),
            destination,
            "--platform=linux/arm64");

    assertThat(ended.out()).isEqualTo(destination + " " + arm64.manifest().digest() + "\n");
    assertThat(copy.file(arm64.layers().getFirst().digest())).exists();
    assertThat(copy.file(amd64.layers().getFirst().digest())).doesNotExist();
  }

  @Test
  void readsNothingDirectlyThatTheDestinationHas() throws Exception {
    OciLayout layout = ecr.repository("known");
    layout.tag("1", layout.image(Format.OCI, OciLayout.HERE, layers("a")).manifest());
    OciImage second = layout.image(Format.OCI, OciLayout.HERE, layers("a", "b"));
    layout.tag("2", second.manifest());
    ecr.repository("known-copy");
    RegistryCopy copy = RegistryCopy.between(resolver, resolver);
    copy.run(ecr.reference("known", "1"), ecr.reference("known-copy", "1"));
    ecr.server().counters().reset();

    copy.run(ecr.reference("known", "2"), ecr.reference("known-copy", "2"));

    assertThat(ecr.server().counters().layerTransfers())
        .extracting(LayerTransfer::digest)
        .containsExactlyInAnyOrder(second.config().digest(), second.layers().getLast().digest());
    ecr.server().counters().reset();
    copy.run(ecr.reference("known", "2"), ecr.reference("known-copy", "2"));
    assertThat(ecr.server().counters().layerTransfers()).isEmpty();
    assertThat(ecr.server().counters().requests(Operation.INITIATE_LAYER_UPLOAD)).isZero();
  }

  @Test
  void copiesDirectlyALayerThatIsLargerThanItsMemory() throws Exception {
    OciLayout layout = ecr.repository("large");
    Descriptor layer = noise(layout, LARGE_MIB);
    Descriptor config = layout.blob("application/vnd.example.v1+json", "{}".getBytes(UTF_8));
    layout.tag("latest", layout.manifest(Format.OCI, config, List.of(layer), Map.of()));
    OciLayout copy = ecr.repository("large-copy");

    Ended ended =
        EcrCommand.withCredentials()
            // A part of 10 MiB is several times that in the SDK's hands: less is not enough.
            .heap("96m")
            .run(
                "copy",
                "--direct",
                ecr.reference("large", "latest"),
                ecr.reference("large-copy", "latest"),
                "--endpoint-url=" + ecr.server().endpoint());

    assertThat(ended.err()).doesNotContain("ecr: ");
    assertThat(ended.status()).isZero();
    assertThat(copy.file(layer.digest())).hasSize(layer.size());
  }

  @Test
  void copiesDirectlyMoreLayersThanItsBuffersHold() throws Exception {
    OciLayout layout = ecr.repository("crowd");
    List<Descriptor> layers = new ArrayList<>();
    for (int mebibytes = 21; mebibytes < 29; mebibytes++) {
      layers.add(noise(layout, mebibytes));
    }
    Descriptor config = layout.blob("application/vnd.example.v1+json", "{}".getBytes(UTF_8));
    Descriptor manifest = layout.manifest(Format.OCI, config, layers, Map.of());
    layout.tag("latest", manifest);
    ecr.repository("crowd-copy");
    try (EcrResolver small = ecr.resolver().downloadBufferBytes(8 << 20).build()) {
      Descriptor root =
          RegistryCopy.between(small, small)
              .run(ecr.reference("crowd", "latest"), ecr.reference("crowd-copy", "latest"));
      assertThat(root.digest()).isEqualTo(manifest.digest());
    }
  }

  @Test
  void refusesDirectlyALayerWhoseBytesAreNotThoseOfItsDigest() throws Exception {
    OciLayout layout = ecr.repository("damaged");
    OciImage image = image(layout, OciLayout.HERE, "damaged");
    layout.tag("latest", image.manifest());
    ecr.repository("damaged-copy");
    Digest digest = image.layers().getFirst().digest();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(digest) ? LayerFault.corruptByte(10) : LayerFault.none());

    Ended ended =
        copy(true, ecr.reference("damaged", "latest"), ecr.reference("damaged-copy", "latest"));

    assertOneLine(ended, digest + " is damaged");
    assertNoImage("damaged-copy");
  }

  @Test
  void fetchesALayerThatCameDamagedOnceMore() throws Exception {
    OciLayout layout = ecr.repository("damaged-once");
    OciImage image = image(layout, OciLayout.HERE, "damaged once");
    layout.tag("latest", image.manifest());
    ecr.repository("damaged-once-copy");
    Digest digest = image.layers().getFirst().digest();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(digest) && request.numberOfLayer() == 1
                    ? LayerFault.corruptByte(10)
                    : LayerFault.none());

    Ended ended =
        copy(
            true,
            ecr.reference("damaged-once", "latest"),
            ecr.reference("damaged-once-copy", "latest"));

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ecr.existing("damaged-once-copy").file(digest))
        .hasSameBinaryContentAs(layout.file(digest));
  }

  @Test
  void takesAlongWhatRefersToAnImageAndWhatRefersToThat() throws Exception {
    OciLayout layout = ecr.repository("signed");
    OciImage image = image(layout, OciLayout.HERE, "signed");
    Descriptor index = layout.index(Format.OCI, List.of(image.manifest()));
    layout.tag("latest", index);
    List<Descriptor> referrers = new ArrayList<>();
    referrers.add(referrer(layout, index, "signature"));
    referrers.add(referrer(layout, image.manifest(), "sbom"));
    referrers.add(referrer(layout, referrers.getLast(), "signature of the sbom"));
    for (Descriptor referrer : referrers) {
      layout.tag("r" + referrers.indexOf(referrer), referrer);
    }
    String source = ecr.reference("signed", "latest");

    for (boolean direct : List.of(true, false)) {
      String name = "signed-copy-" + direct;
      ecr.repository(name);
      Ended ended = copy(direct, source, ecr.reference(name, "latest"), "--with-referrers");

      assertThat(ended.err()).doesNotContain("ecr: ");
      var fetcher = resolver.fetcher(ecr.reference(name, "latest"));
      assertThat(fetcher.referrers(index))
          .extracting(Descriptor::digest)
          .containsExactly(referrers.getFirst().digest());
      assertThat(fetcher.referrers(image.manifest()).getFirst().artifactType()).contains("sbom");
      assertThat(fetcher.referrers(referrers.get(1)))
          .extracting(Descriptor::digest)
          .containsExactly(referrers.getLast().digest());
    }
    for (Descriptor referrer : referrers) {
      String name = source.replace(":latest", "@" + referrer.digest());
      assertThat(daemon.ctr("images", "check", "name==" + name)).contains("complete (2/2)");
    }
  }

  @Test
  void keepsPulledReferrersUntilTheirRecordsAreDeleted() throws Exception {
    OciLayout layout = ecr.repository("kept");
    OciImage image = image(layout, OciLayout.HERE, "kept");
    layout.tag("latest", image.manifest());
    Descriptor sbom = referrer(layout, image.manifest(), "sbom of kept");
    layout.tag("sbom", sbom);
    String name = ecr.reference("kept", "latest");
    try (ContainerdClient containerd =
        ContainerdClient.builder().address(daemon.socket()).build()) {
      containerd.pull(
          name, resolver, PullOptions.builder().unpack(false).withReferrers(true).build());
      collectGarbage(containerd);

      Image record =
          containerd.images().get(name.replace(":latest", "@" + sbom.digest())).orElseThrow();
      assertThat(record.labels())
          .containsEntry("io.github.ecrcontainerd/subject", image.manifest().digest().toString());
      assertThat(StoredContent.of(daemon)).contains(sbom.digest());
      containerd.images().deleteAndCollect(record.name());
      assertThat(StoredContent.of(daemon)).doesNotContain(sbom.digest());
      assertThat(StoredContent.of(daemon)).contains(image.manifest().digest());
    }
  }

  @Test
  void pullsNothingThatRefersToAnImageUnlessAskedFor() throws Exception {
    OciLayout layout = ecr.repository("plain");
    OciImage image = image(layout, OciLayout.HERE, "plain");
    layout.tag("latest", image.manifest());
    layout.tag("sbom", referrer(layout, image.manifest(), "sbom of plain"));
    ecr.repository("plain-copy");

    copy(true, ecr.reference("plain", "latest"), ecr.reference("plain-copy", "latest"));

    assertThat(ecr.server().counters().requests(Operation.LIST_IMAGE_REFERRERS)).isZero();
    assertThat(resolver.fetcher(ecr.reference("plain-copy", "latest")).referrers(image.manifest()))
        .isEmpty();
  }

  @Test
  void listsMoreReferrersThanOnePageHas() throws Exception {
    OciLayout layout = ecr.repository("pages");
    OciImage image = image(layout, OciLayout.HERE, "pages");
    layout.tag("latest", image.manifest());
    for (int i = 0; i < 60; i++) {
      layout.tag("r" + i, referrer(layout, image.manifest(), "number " + i));
    }

    assertThat(resolver.fetcher(ecr.reference("pages", "latest")).referrers(image.manifest()))
        .hasSize(60)
        .doesNotHaveDuplicates();
    assertThat(ecr.server().counters().requests(Operation.LIST_IMAGE_REFERRERS)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"push", "copy"})
  void leavesNeitherImageNorLeaseWhenASignalEndsIt(String verb, @TempDir Path directory)
      throws Exception {
    OciLayout layout = ecr.repository("signal-" + verb);
    Descriptor layer = noise(layout, 64);
    Descriptor config = layout.blob("application/vnd.example.v1+json", "{}".getBytes(UTF_8));
    layout.tag("latest", layout.manifest(Format.OCI, config, List.of(layer), Map.of()));
    String source = ecr.reference("signal-" + verb, "latest");
    String destination = ecr.reference("signal-" + verb + "-copy", "latest");
    ecr.repository("signal-" + verb + "-copy");
    List<String> arguments;
    if (verb.equals("push")) {
      try (ContainerdClient containerd =
          ContainerdClient.builder().address(daemon.socket()).build()) {
        containerd.pull(source, resolver, PullOptions.builder().unpack(false).build());
      }
      arguments = List.of("push", destination, source, "--address=" + daemon.socket());
    } else {
      arguments = List.of("copy", "--direct", source, destination);
    }
    CountDownLatch uploading = new CountDownLatch(1);
    ecr.server()
        .conditions()
        .apiFaults(
            request -> {
              if (request.operation() == Operation.UPLOAD_LAYER_PART) {
                uploading.countDown();
                // It is to be tried again until the signal comes.
                return ApiFault.throttled();
              }
              return ApiFault.none();
            });
    Path err = directory.resolve("err");
    Process process =
        EcrCommand.withCredentials()
            .with("AWS_MAX_ATTEMPTS", "100")
            .start(
                directory.resolve("out"),
                err,
                Stream.concat(
                        arguments.stream(), Stream.of("--endpoint-url=" + ecr.server().endpoint()))
                    .toArray(String[]::new));
    assertThat(uploading.await(30, TimeUnit.SECONDS)).isTrue();

    process.destroy();

    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    ecr.server().conditions().apiFaults(request -> ApiFault.none());
    assertThat(process.exitValue()).isEqualTo(SIGTERM);
    assertThat(Files.readString(err)).endsWith("ecr: interrupted\n");
    assertNoImage("signal-" + verb + "-copy");
  }

  @Test
  void saysWhatIsWrongInOneLine() throws Exception {
    OciLayout layout = ecr.repository("wrong");
    layout.tag("latest", image(layout, OciLayout.HERE, "wrong").manifest());
    String source = ecr.reference("wrong", "latest");
    String nowhere = ecr.reference("nowhere", "latest");

    assertOneLine(run("push", nowhere, "--address=" + daemon.socket()), "containerd has no image");
    assertOneLine(copy(true, source, nowhere), "has no repository nowhere");
    assertOneLine(copy(false, source, nowhere), "has no repository nowhere");
    assertOneLine(copy(true, nowhere, source), "has no repository nowhere");
    assertOneLine(copy(true, source, "nginx"), "Not a reference to an image in ECR");
    assertOneLine(copy(false, source, "nginx"), "Not a reference to an image in ECR");
    assertThat(run("copy", source).status()).isEqualTo(2);
    assertThat(run("push").status()).isEqualTo(2);
  }

  private Ended copy(boolean direct, String source, String destination, String... more)
      throws InterruptedException {
    Stream<String> way =
        direct ? Stream.of("copy", "--direct") : Stream.of("copy", "--address=" + daemon.socket());
    return run(
        Stream.concat(Stream.concat(way, Stream.of(more)), Stream.of(source, destination))
            .toArray(String[]::new));
  }

  private Ended run(String... arguments) throws InterruptedException {
    return EcrCommand.withCredentials()
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
        .run(arguments);
  }

  private static void assertOneLine(Ended ended, String complaint) {
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: "))).hasSize(1);
    assertThat(ended.err().lines().reduce("", (before, last) -> last))
        .startsWith("ecr: ")
        .contains(complaint);
    assertThat(ended.status()).isEqualTo(1);
  }

  private void assertNoImage(String repository) {
    assertThatThrownBy(() -> resolver.resolve(ecr.reference(repository, "latest")))
        .isInstanceOf(ResolverException.class)
        .hasMessageContaining("no such image");
  }

  private static void collectGarbage(ContainerdClient containerd) throws InterruptedException {
    containerd.leases().deleteAndCollect(containerd.leases().create("", Map.of()).id());
  }

  private static Descriptor referrer(OciLayout layout, Descriptor subject, String type) {
    return layout.referrer(
        subject, type, layout.blob("application/vnd.example.text", type.getBytes(UTF_8)));
  }

  private static OciImage image(OciLayout layout, Platform platform, String text) {
    return layout.image(Format.OCI, platform, layers(text));
  }

  private static List<Layer> layers(String... texts) {
    return Stream.of(texts)
        .map(text -> Layer.gzip(new LayerTar().file("text", 0644, text)))
        .toList();
  }

  /** A blob that doesn't compress and was never in memory as a whole. */
  private static Descriptor noise(OciLayout layout, int mebibytes) throws Exception {
    MessageDigest hash = Digest.Algorithm.SHA256.newHash();
    Path file = layout.directory().resolve("noise");
    byte[] block = new byte[1 << 20];
    Random random = new Random(mebibytes);
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file), hash)) {
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    Digest digest = Digest.of(Digest.Algorithm.SHA256, hash);
    Files.move(file, layout.file(digest));
    return Descriptor.of(MediaTypes.OCI_LAYER, digest, (long) mebibytes << 20);
  }
}
