package io.github.ecrcontainerd.it.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that a registry may hold comes whole, and only what can run is unpacked. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
class MediaTypesIT {
  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final ContainerdClient containerd;
  private final List<Descriptor> unpacked = new ArrayList<>();

  MediaTypesIT(Containerd daemon, LocalEcr ecr) {
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
  void leavesNothing() {
    assertThat(daemon.heldLeases()).isEmpty();
    StoredContent.checkBytes(daemon);
    containerd.close();
    resolver.close();
  }

  static Stream<Arguments> artifacts() {
    return Stream.of(
        Arguments.of(
            "helm",
            "application/vnd.cncf.helm.config.v1+json",
            List.of("application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
            List.of("chart")),
        Arguments.of(
            "signature",
            MediaTypes.OCI_CONFIG + "x",
            List.of("application/vnd.dev.cosign.simplesigning.v1+json"),
            List.of("{\"critical\": {}}")),
        Arguments.of(
            "attestation",
            "application/vnd.oci.empty.v1+json",
            List.of("application/vnd.in-toto+json", "application/spdx+json"),
            List.of("{\"_type\": \"x\"}", "{\"spdxVersion\": \"SPDX-2.3\"}")),
        Arguments.of("layerless", "application/vnd.example.nothing+json", List.of(), List.of()),
        Arguments.of(
            "tiny",
            "application/vnd.example.tiny+json",
            List.of("application/octet-stream", "application/octet-stream"),
            List.of("", "x")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("artifacts")
  void anArtifactComesWholeAndIsNotUnpacked(
      String name, String configType, List<String> types, List<String> contents) throws Exception {
    OciLayout layout = ecr.repository("artifact-" + name);
    Descriptor config = layout.blob(configType, ("{\"" + name + "\":1}").getBytes(UTF_8));
    List<Descriptor> blobs = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      blobs.add(layout.blob(types.get(i), contents.get(i).getBytes(UTF_8)));
    }
    Descriptor manifest = manifest(layout, MediaTypes.OCI_MANIFEST, json(config), blobs);
    layout.tag("latest", manifest);

    Image image = pull("artifact-" + name);

    assertThat(image.target().digest()).isEqualTo(manifest.digest());
    assertThat(StoredContent.of(daemon)).contains(manifest.digest(), config.digest());
    assertThat(StoredContent.of(daemon))
        .containsAll(blobs.stream().map(Descriptor::digest).toList());
    assertThat(unpacked).isEmpty();
  }

  @Test
  void embeddedDataAreUsedInsteadOfAFetch() throws Exception {
    OciLayout layout = ecr.repository("embedded");
    byte[] content = "{\"embedded\":true}".getBytes(UTF_8);
    Descriptor config = Descriptor.of("application/vnd.example+json", content);
    Descriptor layer = layout.blob("application/octet-stream", new byte[] {1, 2, 3});
    Descriptor manifest =
        manifest(layout, MediaTypes.OCI_MANIFEST, json(config, content), List.of(layer));
    layout.tag("latest", manifest);

    pull("embedded");

    assertThat(StoredContent.of(daemon))
        .contains(manifest.digest(), config.digest(), layer.digest());
    assertThat(ecr.server().counters().layerTransfers())
        .extracting(LayerTransfer::digest)
        .containsExactly(layer.digest());
  }

  @Test
  void embeddedDataThatAreOthersAreRefused() {
    OciLayout layout = ecr.repository("embedded-wrong");
    Descriptor config = layout.blob("application/vnd.example+json", "{\"a\":1}".getBytes(UTF_8));
    layout.tag(
        "latest",
        manifest(
            layout, MediaTypes.OCI_MANIFEST, json(config, "{\"a\":2}".getBytes(UTF_8)), List.of()));

    assertThatThrownBy(() -> pull("embedded-wrong"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("The data embedded for " + config.digest());
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("embedded-wrong");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "text/plain", "application/octet-stream"})
  void aManifestIsRecognisedByItsContent(String said) throws Exception {
    String repository = "recognised-" + said.replace('/', '-');
    OciLayout layout = ecr.repository(repository);
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer(repository)));
    byte[] untyped = withoutMediaType(Files.readAllBytes(layout.file(image.manifest().digest())));
    layout.tag("latest", layout.blob(said, untyped));

    Image pulled = pull(repository);

    assertThat(pulled.target().mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference(repository, "latest")))
        .contains("complete (2/2)", "true");
  }

  @Test
  void aChildOfAnIndexIsRecognisedByItsContent() throws Exception {
    OciLayout layout = ecr.repository("child");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer("child")));
    byte[] index =
        "{\"schemaVersion\":2,\"manifests\":[{\"digest\":\"%s\",\"size\":%d}]}"
            .formatted(image.manifest().digest(), image.manifest().size())
            .getBytes(UTF_8);
    layout.tag("latest", layout.blob("application/json", index));
    layout.tag("child", image.manifest());

    Image pulled = pull("child");

    assertThat(pulled.target().mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
    // ctr itself can't walk such an index.
    assertThat(StoredContent.of(daemon))
        .contains(image.manifest().digest(), image.layers().getFirst().digest());
    assertThat(daemon.ctr("snapshots", "ls")).contains(image.chainId().toString());
  }

  @Test
  void aManifestThatContradictsTheRegistryIsRefused() {
    OciLayout layout = ecr.repository("contradiction");
    OciImage image = layout.image(Format.OCI, OciLayout.HERE, List.of(layer("y")));
    layout.tag("type", image.manifest().withMediaType(MediaTypes.DOCKER_MANIFEST));
    Descriptor both =
        layout.blob(
            MediaTypes.OCI_INDEX,
            "{\"schemaVersion\":2,\"manifests\":[%s],\"layers\":[%s]}"
                .formatted(json(image.manifest()), json(image.config()))
                .getBytes(UTF_8));
    layout.tag("both", both);

    assertThatThrownBy(() -> pull("contradiction", "type"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("its mediaType is");
    assertThatThrownBy(() -> pull("contradiction", "both"))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("it has layers, which no " + MediaTypes.OCI_INDEX + " has");
  }

  @Test
  void anArchiveOfNoFilesIsALayer() throws Exception {
    OciLayout layout = ecr.repository("no-files");
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(layer("z"), Layer.of(Layer.Compression.PLAIN, new LayerTar())));
    layout.tag("latest", image.manifest());

    pull("no-files");

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("no-files", "latest")))
        .contains("complete (3/3)", "true");
  }

  private Image pull(String repository) throws InterruptedException {
    return pull(repository, "latest");
  }

  private Image pull(String repository, String tag) throws InterruptedException {
    PullListener listener =
        new PullListener() {
          @Override
          public void unpacking(Descriptor layer) {
            unpacked.add(layer);
          }
        };
    return containerd.pull(
        ecr.reference(repository, tag), resolver, PullOptions.builder().listener(listener).build());
  }

  private static Layer layer(String text) {
    return Layer.gzip(new LayerTar().file("text", 0644, text));
  }

  private static byte[] withoutMediaType(byte[] manifest) {
    return new String(manifest, UTF_8)
        .replace("\"mediaType\":\"" + MediaTypes.OCI_MANIFEST + "\",", "")
        .getBytes(UTF_8);
  }

  private static Descriptor manifest(
      OciLayout layout, String mediaType, String config, List<Descriptor> layers) {
    return layout.blob(
        mediaType,
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":%s,\"layers\":[%s]}"
            .formatted(
                mediaType,
                config,
                String.join(",", layers.stream().map(MediaTypesIT::json).toList()))
            .getBytes(UTF_8));
  }

  private static String json(Descriptor descriptor) {
    return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}"
        .formatted(descriptor.mediaType(), descriptor.digest(), descriptor.size());
  }

  private static String json(Descriptor descriptor, byte[] data) {
    return json(descriptor)
        .replace("}", ",\"data\":\"%s\"}".formatted(Base64.getEncoder().encodeToString(data)));
  }
}
