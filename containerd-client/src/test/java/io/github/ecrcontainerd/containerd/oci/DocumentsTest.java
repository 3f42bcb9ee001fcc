package io.github.ecrcontainerd.containerd.oci;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {
  private static final Digest DIGEST = Digest.sha256(new byte[0]);
  private static final String HEX = DIGEST.hex();

  @Test
  void readsAManifest() {
    Manifest manifest =
        manifest(
            """
            {"schemaVersion": 2,
             "config": {"mediaType": "%s", "digest": "sha256:%s", "size": 12},
             "layers": [{"mediaType": "%s", "digest": "sha256:%s", "size": 34,
                         "annotations": {"a": "b"}}]}
            """
                .formatted(MediaTypes.OCI_CONFIG, HEX, MediaTypes.OCI_LAYER_GZIP, HEX));

    assertThat(manifest.config().mediaType()).isEqualTo(MediaTypes.OCI_CONFIG);
    assertThat(manifest.config().size()).isEqualTo(12);
    assertThat(manifest.layers()).hasSize(1);
    assertThat(manifest.layers().getFirst().annotations()).containsEntry("a", "b");
  }

  @Test
  void readsAnIndex() {
    String entry = "{\"mediaType\": \"x\", \"digest\": \"sha256:%s\", \"size\": 1%s}";
    String index =
        "{\"manifests\": [%s, %s, %s]}"
            .formatted(
                entry.formatted(
                    HEX, ", \"platform\": {\"os\": \"linux\", \"architecture\": \"arm\"}"),
                entry.formatted(
                    HEX, ", \"platform\": {\"os\": \"unknown\", \"architecture\": \"unknown\"}"),
                entry.formatted(HEX, ""));

    Descriptor named = Descriptor.of(MediaTypes.OCI_INDEX, index.getBytes(UTF_8));
    assertThat(ImageDocument.parse(named, index.getBytes(UTF_8)))
        .isInstanceOfSatisfying(Index.class, read -> assertThat(read.manifests()).hasSize(3));
  }

  @Test
  void readsAConfigurationAndNamesItsChain() {
    String other = "sha256:" + "1".repeat(64);
    ImageConfig config =
        ImageConfig.parse(
            DIGEST,
            """
            {"os": "linux", "architecture": "arm64", "variant": "v8",
             "config": {"Cmd": ["sh"], "Env": ["A=b"], "WorkingDir": "/x", "User": "1000:1000"},
             "rootfs": {"type": "layers", "diff_ids": ["%s", "%s"]}}
            """
                .formatted(DIGEST, other)
                .getBytes(UTF_8));

    assertThat(config.platform()).contains(Platform.parse("linux/arm64"));
    assertThat(config.process().cmd()).containsExactly("sh");
    assertThat(config.process().entrypoint()).isEmpty();
    assertThat(config.process().user()).isEqualTo("1000:1000");
    assertThat(config.chainIds())
        .isEqualTo(List.of(DIGEST, Digest.sha256((DIGEST + " " + other).getBytes(UTF_8))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"diff_ids\": [\"%s\"]}",
        "{\"type\": null, \"diff_ids\": [\"%s\"]}",
        "{\"type\": \"layers\", \"diff_ids\": [\"%s\"]}"
      })
  void takesARootFileSystemWithoutATypeForLayers(String rootfs) {
    assertThat(config("{\"rootfs\": " + rootfs.formatted(DIGEST) + "}").diffIds())
        .containsExactly(DIGEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"rootfs\": {}}", "{\"rootfs\": null, \"config\": null}"})
  void isForNoPlatformAndHasNoLayersAndRunsNothingWhereItDoesNotSay(String content) {
    ImageConfig config = config(content);
    assertThat(config.platform()).isEmpty();
    assertThat(config.diffIds()).isEmpty();
    assertThat(config.chainIds()).isEmpty();
    assertThat(config.process().entrypoint()).isEmpty();
  }

  @Test
  void refusesOnlyThePartThatIsMalformed() {
    ImageConfig config =
        config(
            "{\"config\": {\"Entrypoint\": \"/x\"}, \"rootfs\": {\"diff_ids\": [\"%s\"]}}"
                .formatted(DIGEST));
    assertThat(config.diffIds()).containsExactly(DIGEST);
    assertThatThrownBy(config::process)
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("Entrypoint is not an array");
    ImageConfig other = config("{\"rootfs\": {\"type\": \"layers+base\"}, \"config\": {}}");
    assertThat(other.process().cmd()).isEmpty();
    assertThatThrownBy(other::diffIds).hasMessageContaining("not of the type layers");
  }

  private static ImageConfig config(String content) {
    return ImageConfig.parse(DIGEST, content.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "\"text\"",
        "{",
        "{} {}",
        "<html>502 Bad Gateway</html>",
        "{\"config\": 1}",
        "{\"layers\": []}",
        "{\"config\": {\"digest\": \"sha256:1\", \"size\": 1}}",
        "{\"config\": {\"digest\": \"../../etc/passwd\", \"size\": 1}}",
        "{\"config\": {\"mediaType\": 7}, \"layers\": []}",
        "{\"config\": null, \"config\": {}, \"layers\": []}",
      })
  void refusesAManifestThatIsNoneAndNamesIt(String content) {
    assertThatThrownBy(() -> manifest(content))
        .isInstanceOf(ImageException.class)
        .hasMessageStartingWith("The manifest " + DIGEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "\"1\"", "9223372036854775808", "null"})
  void refusesADescriptorWithoutASize(String size) {
    assertThatThrownBy(
            () ->
                manifest(
                    "{\"config\": {\"digest\": \"%s\", \"size\": %s}, \"layers\": []}"
                        .formatted(DIGEST, size)))
        .hasMessageContaining("size");
  }

  @Test
  void refusesADocumentThatIsManifestAndIndexAtOnce() {
    assertThatThrownBy(
            () ->
                manifest(
                    "{\"config\": {\"digest\": \"%s\", \"size\": 1}, \"manifests\": []}"
                        .formatted(DIGEST)))
        .hasMessageContaining("like an index");
  }

  private static Manifest manifest(String content) {
    return (Manifest)
        ImageDocument.parse(
            Descriptor.of(MediaTypes.OCI_MANIFEST, DIGEST, content.length()),
            content.getBytes(UTF_8));
  }
}
