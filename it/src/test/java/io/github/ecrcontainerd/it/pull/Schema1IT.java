package io.github.ecrcontainerd.it.pull;

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
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.Schema1Layout;
import io.github.ecrcontainerd.it.image.Schema1Layout.Step;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Images of Docker's schema 1 become such that run. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
class Schema1IT {
  private static final Platform AMD64 = Platform.parse("linux/amd64");

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final ContainerdClient containerd;

  Schema1IT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.resolver = ecr.resolver().build();
    this.containerd = ContainerdClient.builder().address(daemon.socket()).build();
  }

  @AfterEach
  void leavesNoLease() {
    assertThat(daemon.heldLeases()).isEmpty();
    StoredContent.checkBytes(daemon);
    containerd.close();
    resolver.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void becomesASchema2ImageThatRuns(boolean signed) throws Exception {
    String repository = signed ? "signed" : "unsigned";
    Layer busybox = busybox();
    Layer greeting = Layer.gzip(new LayerTar().file("greeting", 0644, "hello from 2015\n"));
    List<Step> steps =
        List.of(
            new Step(Optional.of(busybox), "#(nop) ADD busybox"),
            new Step(Optional.empty(), "#(nop) ENV A=b"),
            new Step(Optional.of(greeting), "echo hello"),
            new Step(Optional.empty(), "#(nop) CMD"));
    OciLayout layout = ecr.repository(repository);
    Map<String, ?> runs =
        Map.of("Cmd", List.of("/bin/cat", "/greeting"), "Env", List.of("A=b", "PATH=/bin"));
    Schema1Layout schema1 = new Schema1Layout(layout);
    layout.tag("latest", signed ? schema1.signedImage(steps, runs) : schema1.image(steps, runs));

    Image image = pull(repository);

    String name = ecr.reference(repository, "latest");
    assertThat(image.name()).isEqualTo(name);
    assertThat(image.target().mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    assertThat(daemon.ctr("images", "check", "name==" + name)).contains("complete (3/3)", "true");
    JsonNode manifest = json(image.target().digest());
    assertThat(manifest.at("/layers/0/digest").asString())
        .isEqualTo(Digest.sha256(busybox.bytes()).toString());
    assertThat(manifest.at("/layers/1/mediaType").asString())
        .isEqualTo(MediaTypes.DOCKER_LAYER_GZIP);
    JsonNode config = json(Digest.parse(manifest.at("/config/digest").asString()));
    assertThat(config.at("/rootfs/diff_ids").valueStream().map(JsonNode::asString))
        .containsExactly(busybox.diffId().toString(), greeting.diffId().toString());
    assertThat(
            config.at("/history").valueStream().map(step -> step.path("empty_layer").asBoolean()))
        .containsExactly(false, true, false, true);
    assertThat(config.at("/history/2/created_by").asString()).isEqualTo("/bin/sh -c echo hello");
    assertThat(config.at("/history/0/created").asString()).isEqualTo("2015-03-01T00:00:00Z");
    assertThat(config.at("/docker_version").asString()).isEqualTo("1.9.1");
    assertThat(config.has("id") || config.has("parent") || config.has("throwaway")).isFalse();
    assertThat(daemon.runByCtr(name, repository)).isEqualTo("hello from 2015\n");
  }

  @Test
  void goesElsewhereAsWhatItBecameAndRunsThere() throws Exception {
    OciLayout layout = ecr.repository("becoming");
    layout.tag("latest", new Schema1Layout(layout).signedImage(hello("becoming"), Map.of()));
    Image converted = pull("becoming");
    ecr.repository("became");
    String reference = ecr.reference("became", "latest");

    containerd.push(reference, converted.target(), resolver, PushOptions.defaults());

    try (Containerd second = Containerd.open();
        ContainerdClient client = ContainerdClient.builder().address(second.socket()).build()) {
      Image pulled =
          client.pull(reference, resolver, PullOptions.builder().platform(AMD64).build());
      assertThat(pulled.target().digest()).isEqualTo(converted.target().digest());
      assertThat(second.ctr("images", "check", "name==" + reference)).contains("complete", "true");
      StoredContent.checkBytes(second);
    }
  }

  @Test
  void isCopiedThroughContainerdAsWhatItBecomes() throws Exception {
    OciLayout layout = ecr.repository("copied");
    layout.tag("latest", new Schema1Layout(layout).image(hello("copied"), Map.of()));
    ecr.repository("copied-to");

    EcrCommand.Ended ended =
        EcrCommand.withCredentials()
            .run(
                "copy",
                ecr.reference("copied", "latest"),
                ecr.reference("copied-to", "latest"),
                "--address=" + daemon.socket(),
                "--endpoint-url=" + ecr.server().endpoint());

    assertThat(ended.err()).doesNotContain("ecr: ");
    assertThat(ended.status()).isZero();
    assertThat(resolver.resolve(ecr.reference("copied-to", "latest")).target().mediaType())
        .isEqualTo(MediaTypes.DOCKER_MANIFEST);
  }

  @Test
  void becomesTheSameImageEachTime() throws Exception {
    OciLayout layout = ecr.repository("twice");
    layout.tag("latest", new Schema1Layout(layout).signedImage(hello("twice"), Map.of()));
    Image first = pull("twice");
    ecr.server().counters().reset();

    Image again = pull("twice");

    assertThat(again.target()).isEqualTo(first.target());
    assertThat(ecr.server().counters().layerTransfers()).isEmpty();
    assertThat(ecr.server().counters().requests()).isEqualTo(1);
    try (Containerd other = Containerd.open();
        ContainerdClient client = ContainerdClient.builder().address(other.socket()).build()) {
      Image elsewhere = client.pull(ecr.reference("twice", "latest"), resolver, options().build());
      assertThat(elsewhere.target()).isEqualTo(first.target());
    }
  }

  @Test
  void staysWhenTheDaemonCollectsGarbage() throws Exception {
    OciLayout layout = ecr.repository("kept");
    layout.tag("latest", new Schema1Layout(layout).image(hello("kept"), Map.of()));
    pull("kept");

    containerd.leases().deleteAndCollect(containerd.leases().create("", Map.of()).id());

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("kept", "latest")))
        .contains("complete (2/2)", "true");
  }

  @Test
  void isAClearErrorWithoutTheOption() {
    OciLayout layout = ecr.repository("unconverted");
    layout.tag("latest", new Schema1Layout(layout).image(hello("unconverted"), Map.of()));

    assertThatThrownBy(
            () ->
                containerd.pull(
                    ecr.reference("unconverted", "latest"),
                    resolver,
                    PullOptions.builder().platform(AMD64).build()))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("schema1Conversion");
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("unconverted");
  }

  @Test
  void theCommandConverts() throws Exception {
    OciLayout layout = ecr.repository("command");
    layout.tag("latest", new Schema1Layout(layout).image(hello("command"), Map.of()));

    EcrCommand.Ended ended =
        EcrCommand.withCredentials()
            .run(
                "pull",
                ecr.reference("command", "latest"),
                "--platform",
                "linux/amd64",
                "--address",
                daemon.socket().toString(),
                "--endpoint-url",
                ecr.server().endpoint().toString());

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("command", "latest")))
        .contains("complete (2/2)", "true");
  }

  @Test
  void refusesAPayloadThatWasChangedAfterItWasSigned() throws Exception {
    OciLayout layout = ecr.repository("tampered");
    Schema1Layout schema1 = new Schema1Layout(layout);
    Descriptor image = schema1.signedImage(hello("tampered"), Map.of());
    layout.tag("latest", image);
    String content = Files.readString(layout.file(image.digest()));
    String changed = content.replace("old/image", "new/image");
    // By its tag, the bytes that came have another digest than ECR says.
    schema1.overwrite(image.digest(), changed.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> pull("tampered"))
        .isInstanceOf(ResolverException.class)
        .hasMessageContaining("the received bytes have the digest");
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("tampered");
  }

  @Test
  void refusesASignatureThatIsWrong() throws Exception {
    OciLayout layout = ecr.repository("forged");
    Schema1Layout schema1 = new Schema1Layout(layout);
    Descriptor image = schema1.signedImage(hello("forged"), Map.of());
    Descriptor other = schema1.signedImage(hello("forged other"), Map.of());
    layout.tag("latest", image);
    JsonMapper mapper = new JsonMapper();
    String signature = "/signatures/0/signature";
    String content = Files.readString(layout.file(image.digest()));
    String forged =
        content.replace(
            mapper.readTree(content).at(signature).asString(),
            mapper
                .readTree(Files.readAllBytes(layout.file(other.digest())))
                .at(signature)
                .asString());
    schema1.overwrite(image.digest(), forged.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> pull("forged"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("its signature is wrong");
  }

  @Test
  void saysWhichPlatformItIsFor() {
    OciLayout layout = ecr.repository("platform");
    layout.tag("latest", new Schema1Layout(layout).image(hello("platform"), Map.of()));
    ecr.server().counters().reset();

    assertThatThrownBy(
            () ->
                containerd.pull(
                    ecr.reference("platform", "latest"),
                    resolver,
                    options().platform(Platform.parse("linux/s390x")).build()))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has no image for linux/s390x; it has linux/amd64");
    assertThat(ecr.server().counters().layerTransfers()).isEmpty();
  }

  private PullOptions.Builder options() {
    return PullOptions.builder().platform(AMD64).schema1Conversion(true);
  }

  private Image pull(String repository) throws InterruptedException {
    return containerd.pull(ecr.reference(repository, "latest"), resolver, options().build());
  }

  private JsonNode json(Digest digest) throws InterruptedException {
    return new JsonMapper().readTree(containerd.content().readAll(digest, 1 << 20));
  }

  private static List<Step> hello(String text) {
    return List.of(
        new Step(Optional.empty(), "#(nop) ENV"),
        new Step(Optional.of(Layer.gzip(new LayerTar().file("x", 0644, text))), "echo"));
  }

  private static Layer busybox() throws IOException {
    LayerTar tar = new LayerTar();
    for (String name : List.of("bin", "proc", "dev", "sys", "run", "tmp")) {
      tar.directory(name, 0755);
    }
    return Layer.gzip(
        tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")))
            .symlink("bin/cat", "busybox"));
  }
}
