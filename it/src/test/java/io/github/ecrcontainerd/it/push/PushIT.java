package io.github.ecrcontainerd.it.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
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
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrClient;
import software.amazon.awssdk.services.ecr.model.ImageTagMutability;

@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class PushIT {
  private static final List<Operation> UPLOADS =
      List.of(
          Operation.INITIATE_LAYER_UPLOAD,
          Operation.UPLOAD_LAYER_PART,
          Operation.COMPLETE_LAYER_UPLOAD);

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final ContainerdClient containerd;

  PushIT(Containerd daemon, LocalEcr ecr) {
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
  void leavesNoLease() {
    ecr.server().conditions().partSize(10 << 20);
    assertThat(daemon.heldLeases()).isEmpty();
    containerd.close();
    resolver.close();
  }

  @ParameterizedTest
  @EnumSource
  void bringsAnImageElsewhereAsItIs(Format format) throws Exception {
    String name = "plain-" + format.name().toLowerCase(Locale.ROOT);
    OciLayout layout = ecr.repository(name);
    OciImage image = layout.image(format, OciLayout.HERE, layers(1, 2, 3));
    layout.tag("latest", image.manifest());

    assertRoundTrip(name, layout, image.manifest(), 4);
  }

  @ParameterizedTest
  @EnumSource
  void bringsAnIndexOfThreePlatformsElsewhereAsItIs(Format format) throws Exception {
    String name = "index-" + format.name().toLowerCase(Locale.ROOT);
    OciLayout layout = ecr.repository(name);
    List<Descriptor> manifests =
        Stream.of("linux/amd64", "linux/arm64", "linux/arm/v7")
            .map(
                platform ->
                    layout
                        .image(format, Platform.parse(platform), layers(4, platform.length()))
                        .manifest())
            .toList();
    Descriptor index = layout.index(format, manifests);
    layout.tag("latest", index);

    assertRoundTrip(name, layout, index, 3);

    // Not only the platform that ctr looks at.
    OciLayout copy = ecr.existing(name + "-copy");
    for (Descriptor manifest : manifests) {
      assertThat(Files.readAllBytes(copy.file(manifest.digest())))
          .isEqualTo(Files.readAllBytes(layout.file(manifest.digest())));
    }
  }

  @Test
  void bringsAnImageOfTwoHundredLayersElsewhereAsItIs() throws Exception {
    OciLayout layout = ecr.repository("deep");
    OciImage image =
        layout.image(Format.OCI, OciLayout.HERE, layers(IntStream.range(1000, 1200).toArray()));
    layout.tag("latest", image.manifest());

    pull("deep", PullOptions.builder().unpack(false).build());
    ecr.repository("deep-copy");
    push("deep", "deep-copy");

    assertThat(ecr.server().counters().requests(Operation.BATCH_CHECK_LAYER_AVAILABILITY))
        .isEqualTo(3);
    assertThat(resolver.resolve(ecr.reference("deep-copy", "latest")).target().digest())
        .isEqualTo(image.manifest().digest());
    OciLayout copy = ecr.existing("deep-copy");
    for (Descriptor layer : image.layers()) {
      assertThat(copy.file(layer.digest())).hasSize(layer.size());
    }
    assertArrivesInASecondDaemon("deep-copy", layout, 201, "false", pulling().unpack(false));
  }

  @Test
  void runsAContainerOfAnImageThatAnotherToolMadeFromTheLastCopy() throws Exception {
    OciLayout layout = ecr.repository("made");
    String image = layout.directory() + ":latest";
    Command.run(List.of("umoci", "new", "--image", image));
    Command.run(List.of("umoci", "insert", "--image", image, "/bin/busybox", "/bin/busybox"));
    Command.run(
        List.of(
            "umoci",
            "config",
            "--image",
            image,
            "--config.cmd=/bin/busybox",
            "--config.cmd=echo",
            "--config.cmd=from the last copy"));
    Digest made = pull("made", options()).target().digest();
    ecr.repository("made-copy");
    push("made", "made-copy");

    try (Containerd second = Containerd.open()) {
      EcrCommand ecrCommand = EcrCommand.withCredentials();
      String copy = ecr.reference("made-copy", "latest");
      EcrCommand.Ended pulled =
          ecrCommand.run(
              "pull", copy, "--address=" + second.socket(), "--endpoint-url=" + endpoint());
      assertThat(pulled.out()).isEqualTo(copy + " " + made + "\n");
      EcrCommand.Ended ran = ecrCommand.run("run", "--address=" + second.socket(), copy);
      assertThat(ran.out()).isEqualTo("from the last copy\n");
    }
  }

  @Test
  void bringsAnArtifactWithoutLayersElsewhereAsItIs() throws Exception {
    OciLayout layout = ecr.repository("artifact");
    Descriptor config = layout.blob("application/vnd.example.chart.v1+json", "{}".getBytes(UTF_8));
    Descriptor manifest = manifest(layout, config, List.of());
    layout.tag("latest", manifest);
    pull("artifact", options());
    ecr.repository("artifact-copy");

    push("artifact", "artifact-copy");

    assertThat(Files.readAllBytes(ecr.existing("artifact-copy").file(config.digest())))
        .isEqualTo("{}".getBytes(UTF_8));
    assertThat(resolver.resolve(ecr.reference("artifact-copy", "latest")).target().digest())
        .isEqualTo(manifest.digest());
    try (Containerd second = Containerd.open();
        ContainerdClient client = ContainerdClient.builder().address(second.socket()).build()) {
      client.pull(ecr.reference("artifact-copy", "latest"), resolver, pulling().build());
      assertThat(StoredContent.of(second)).isEqualTo(digestsOf(layout));
      StoredContent.checkBytes(second);
    }
  }

  @Test
  void uploadsNothingThatIsThere() throws Exception {
    OciLayout layout = ecr.repository("twice");
    layout.tag("latest", layout.image(Format.OCI, OciLayout.HERE, layers(10, 11)).manifest());
    pull("twice", options());
    ecr.repository("twice-copy");
    push("twice", "twice-copy");
    ecr.server().counters().reset();

    push("twice", "twice-copy");

    assertThat(UPLOADS).allMatch(upload -> ecr.server().counters().requests(upload) == 0);
    assertThat(ecr.server().counters().requests(Operation.PUT_IMAGE)).isEqualTo(1);
    assertThat(ecr.server().counters().requests()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, (5 << 20) - 1, 5 << 20, (5 << 20) + 1, 10 << 20, (10 << 20) + 1})
  void cutsALayerIntoTheRegistrysParts(int size) throws Exception {
    ecr.server().conditions().partSize(5 << 20);
    String name = "parts-" + size;
    OciLayout layout = ecr.repository(name);
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    Descriptor layer = layout.blob(MediaTypes.OCI_LAYER, noise);
    layout.tag("latest", manifest(layout, config(layout), List.of(layer)));
    pull(name, PullOptions.builder().unpack(false).build());
    ecr.repository(name + "-copy");
    ecr.server().counters().reset();

    push(name, name + "-copy");

    assertThat(Files.readAllBytes(ecr.existing(name + "-copy").file(layer.digest())))
        .isEqualTo(noise);
    long parts = Math.ceilDiv(size, 5 << 20);
    assertThat(ecr.server().counters().requests(Operation.UPLOAD_LAYER_PART)).isEqualTo(parts + 1);
  }

  @Test
  void saysThatEcrTakesNoEmptyBlob() throws Exception {
    OciLayout layout = ecr.repository("empty");
    Descriptor nothing = layout.blob(MediaTypes.OCI_LAYER, new byte[0]);
    layout.tag("latest", manifest(layout, config(layout), List.of(nothing)));
    pull("empty", PullOptions.builder().unpack(false).build());
    ecr.repository("empty-copy");

    assertThatThrownBy(() -> push("empty", "empty-copy"))
        .isInstanceOf(ResolverException.class)
        .hasMessageContaining("has 0 bytes, and Amazon ECR accepts no empty blobs");
    assertNoImage("empty-copy");
  }

  @Test
  void pushesOnePlatformOfAnIndexAsTheRoot() throws Exception {
    OciLayout layout = ecr.repository("chosen");
    Platform arm = Platform.parse("linux/arm64");
    OciImage amd64 = layout.image(Format.OCI, Platform.parse("linux/amd64"), layers(20));
    OciImage arm64 = layout.image(Format.OCI, arm, layers(21));
    layout.tag("latest", layout.index(Format.OCI, List.of(amd64.manifest(), arm64.manifest())));
    Image pulled = pull("chosen", PullOptions.builder().platform(arm).build());
    ecr.repository("chosen-copy");

    Descriptor root =
        containerd.push(
            ecr.reference("chosen-copy", "latest"),
            pulled.target(),
            resolver,
            PushOptions.builder().platform(arm).build());

    assertThat(root.digest()).isEqualTo(arm64.manifest().digest());
    assertThat(resolver.resolve(ecr.reference("chosen-copy", "latest")).target().digest())
        .isEqualTo(arm64.manifest().digest());
    assertThat(ecr.existing("chosen-copy").file(amd64.layers().getFirst().digest())).doesNotExist();
  }

  @Test
  void namesThePlatformsThatAreNotInContainerdBeforeAnythingIsUploaded() throws Exception {
    OciLayout layout = ecr.repository("partial");
    OciImage own = layout.image(Format.OCI, OciLayout.HERE, layers(22));
    OciImage other = layout.image(Format.OCI, Platform.parse("linux/s390x"), layers(23));
    layout.tag("latest", layout.index(Format.OCI, List.of(own.manifest(), other.manifest())));
    pull("partial", options());
    ecr.repository("partial-copy");
    ecr.server().counters().reset();

    assertThatThrownBy(() -> push("partial", "partial-copy"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining(
            "does not have the manifest %s for linux/s390x".formatted(other.manifest().digest()))
        .hasMessageContaining("--platform");
    assertThat(ecr.server().counters().requests()).isZero();
  }

  @Test
  void namesTheLayerThatIsNotInContainerdBeforeAnythingIsUploaded() throws Exception {
    OciLayout layout = ecr.repository("holey");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(24, 25));
    layout.tag("latest", image.manifest());
    pull("holey", options());
    containerd.content().delete(image.layers().getLast().digest());
    ecr.repository("holey-copy");
    ecr.server().counters().reset();

    assertThatThrownBy(() -> push("holey", "holey-copy"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("does not have the layer " + image.layers().getLast().digest());
    assertThat(UPLOADS).allMatch(upload -> ecr.server().counters().requests(upload) == 0);
  }

  @Test
  void saysThatATagIsImmutable() throws Exception {
    OciLayout layout = ecr.repository("mutable");
    layout.tag("1", layout.image(Format.OCI, OciLayout.HERE, layers(30)).manifest());
    layout.tag("2", layout.image(Format.OCI, OciLayout.HERE, layers(31)).manifest());
    Image first = containerd.pull(ecr.reference("mutable", "1"), resolver, options());
    Image second = containerd.pull(ecr.reference("mutable", "2"), resolver, options());
    try (EcrClient client =
        EcrClient.builder()
            .endpointOverride(ecr.server().endpoint())
            .region(Region.US_WEST_2)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local")))
            .build()) {
      client.createRepository(
          r -> r.repositoryName("immutable").imageTagMutability(ImageTagMutability.IMMUTABLE));
    }
    String reference = ecr.reference("immutable", "latest");
    containerd.push(reference, first.target(), resolver, pushOptions());
    containerd.push(reference, first.target(), resolver, pushOptions());

    assertThatThrownBy(() -> containerd.push(reference, second.target(), resolver, pushOptions()))
        .isInstanceOfSatisfying(
            ResolverException.class,
            e -> assertThat(e.code()).isEqualTo(ResolverException.Code.CONFLICT))
        .hasMessageContaining("its tag is immutable and names another image");
    assertThat(resolver.resolve(reference).target().digest()).isEqualTo(first.target().digest());
  }

  @Test
  void refusesAReferenceWithAnotherDigestBeforeAnythingIsUploaded() throws Exception {
    OciLayout layout = ecr.repository("digests");
    layout.tag("latest", layout.image(Format.OCI, OciLayout.HERE, layers(32)).manifest());
    Image image = pull("digests", options());
    ecr.repository("digests-copy");
    ecr.server().counters().reset();
    String reference =
        ecr.reference("digests-copy", "latest") + "@" + Digest.sha256("other".getBytes(UTF_8));

    assertThatThrownBy(() -> containerd.push(reference, image.target(), resolver, pushOptions()))
        .isInstanceOfSatisfying(
            ResolverException.class,
            e -> assertThat(e.code()).isEqualTo(ResolverException.Code.CONFLICT))
        .hasMessageContaining("the image has the digest " + image.target().digest());
    assertThat(ecr.server().counters().requests()).isZero();
  }

  @Test
  void pushesByDigestWithoutATag() throws Exception {
    OciLayout layout = ecr.repository("tagless");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, layers(33));
    layout.tag("latest", image.manifest());
    Image pulled = pull("tagless", options());
    ecr.repository("tagless-copy");
    String reference =
        ecr.reference("tagless-copy", "x").replaceAll(":x$", "@" + image.manifest().digest());

    containerd.push(reference, pulled.target(), resolver, pushOptions());

    assertThat(resolver.resolve(reference).target().digest()).isEqualTo(image.manifest().digest());
    assertThatThrownBy(() -> resolver.resolve(ecr.reference("tagless-copy", "latest")))
        .hasMessageContaining("no such image");
  }

  @Test
  void leavesForeignLayersWhereTheyAreUnlessAskedFor() throws Exception {
    OciLayout layout = ecr.repository("foreign");
    Layer foreign = layers(34).getFirst();
    Descriptor layer = layout.blob(MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip", foreign.bytes());
    Descriptor elsewhere =
        new Descriptor(
            layer.mediaType(),
            layer.digest(),
            layer.size(),
            layer.platform(),
            List.of(URI.create("https://layers.example/x")),
            Map.of(),
            layer.artifactType());
    Descriptor manifest = manifest(layout, config(layout), List.of(elsewhere));
    layout.tag("latest", manifest);
    Image pulled = pull("foreign", PullOptions.builder().unpack(false).build());
    OciLayout copy = ecr.repository("foreign-copy");

    push("foreign", "foreign-copy");

    assertThat(copy.file(layer.digest())).doesNotExist();
    assertThat(resolver.resolve(ecr.reference("foreign-copy", "latest")).target().digest())
        .isEqualTo(manifest.digest());
    containerd.push(
        ecr.reference("foreign-copy", "latest"),
        pulled.target(),
        resolver,
        PushOptions.builder().foreignLayers(true).build());
    assertThat(copy.file(layer.digest())).hasSize(layer.size());
  }

  /** Pulls, pushes, pulls into another daemon, and compares what all of them have. */
  private void assertRoundTrip(String name, OciLayout layout, Descriptor root, int blobs)
      throws Exception {
    Image pulled = pull(name, PullOptions.builder().unpack(false).allPlatforms(true).build());
    assertThat(pulled.target().digest()).isEqualTo(root.digest());
    OciLayout copy = ecr.repository(name + "-copy");
    push(name, name + "-copy");
    assertThat(Files.readAllBytes(copy.file(root.digest())))
        .isEqualTo(Files.readAllBytes(layout.file(root.digest())));

    assertArrivesInASecondDaemon(
        name + "-copy", layout, blobs, "true", pulling().allPlatforms(true));
  }

  /** Pulls a copy into a daemon of its own: the same content as the original, and all of it. */
  private void assertArrivesInASecondDaemon(
      String copy, OciLayout original, int blobs, String unpacked, PullOptions.Builder options)
      throws Exception {
    try (Containerd second = Containerd.open();
        ContainerdClient client = ContainerdClient.builder().address(second.socket()).build()) {
      String reference = ecr.reference(copy, "latest");
      client.pull(reference, resolver, options.build());
      assertThat(second.ctr("images", "check", "name==" + reference))
          .contains("complete (%d/%d)".formatted(blobs, blobs), unpacked);
      StoredContent.checkBytes(second);
      assertThat(StoredContent.of(second)).isEqualTo(digestsOf(original));
      assertThat(second.ctr("leases", "ls", "-q")).isBlank();
    }
  }

  private PullOptions.Builder pulling() {
    return PullOptions.builder();
  }

  private static Set<Digest> digestsOf(OciLayout layout) throws Exception {
    try (Stream<Path> files = Files.list(layout.directory().resolve("blobs/sha256"))) {
      return Set.copyOf(files.map(file -> Digest.parse("sha256:" + file.getFileName())).toList());
    }
  }

  private void assertNoImage(String repository) {
    assertThatThrownBy(() -> resolver.resolve(ecr.reference(repository, "latest")))
        .isInstanceOf(ResolverException.class)
        .hasMessageContaining("no such image");
  }

  private static Descriptor config(OciLayout layout) {
    return layout.blob(
        "application/vnd.example.config.v1+json", "{\"of\":\"a test\"}".getBytes(UTF_8));
  }

  private static Descriptor manifest(OciLayout layout, Descriptor config, List<Descriptor> layers) {
    return layout.manifest(Format.OCI, config, layers, Map.of());
  }

  private Image pull(String repository, PullOptions options) throws InterruptedException {
    return containerd.pull(ecr.reference(repository, "latest"), resolver, options);
  }

  private void push(String repository, String to) throws InterruptedException {
    Descriptor root =
        containerd.images().get(ecr.reference(repository, "latest")).orElseThrow().target();
    assertThat(containerd.push(ecr.reference(to, "latest"), root, resolver, pushOptions()))
        .isEqualTo(root);
  }

  private PullOptions options() {
    return pulling().build();
  }

  private PushOptions pushOptions() {
    return PushOptions.defaults();
  }

  private String endpoint() {
    return ecr.server().endpoint().toString();
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
