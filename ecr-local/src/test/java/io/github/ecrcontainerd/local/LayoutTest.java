package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.bytes;
import static io.github.ecrcontainerd.local.RunningEcr.index;
import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ecr.model.Image;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;
import software.amazon.awssdk.services.ecr.model.ServerException;

/** What other programs put into a repository's directory, and read from it. */
class LayoutTest {
  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  @TempDir Path scratch = Path.of("");

  private List<Image> images(String repository, String tag) {
    return ecr.client()
        .batchGetImage(
            r ->
                r.repositoryName(repository)
                    .imageIds(ImageIdentifier.builder().imageTag(tag).build()))
        .images();
  }

  private String skopeo(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("skopeo"));
    command.addAll(List.of(arguments));
    Path out = scratch.resolve("out");
    Path errors = scratch.resolve("errors");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(errors.toFile())
              .start();
    } catch (IOException e) {
      return fail("This test needs skopeo: apt-get install skopeo", e);
    }
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      fail("%s did not end", command);
    }
    assertThat(process.exitValue()).as(() -> read(errors)).isZero();
    return Files.readString(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void skopeoReadsWhatWasPushed() throws Exception {
    byte[] config =
        utf8(
            """
            {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["%s"]}}"""
                .formatted(Digest.sha256(bytes(10))));
    Digest configs = ecr.pushLayer(config);
    Digest layers = ecr.pushLayer(bytes(10));
    String manifest =
        """
        {"schemaVersion":2,"mediaType":"%s",
        "config":{"mediaType":"%s","digest":"%s","size":%d},
        "layers":[{"mediaType":"%s","digest":"%s","size":10}]}"""
            .formatted(
                MediaTypes.OCI_MANIFEST,
                MediaTypes.OCI_CONFIG,
                configs,
                config.length,
                MediaTypes.OCI_LAYER,
                layers);
    ecr.putImage(manifest, "v1");

    assertThat(skopeo("inspect", "oci:" + ecr.layout() + ":v1"))
        .contains("\"Digest\": \"" + Digest.sha256(utf8(manifest)) + "\"")
        .contains("\"Architecture\": \"amd64\"")
        .contains(layers.toString());
    assertThat(skopeo("inspect", "--raw", "oci:" + ecr.layout() + ":v1")).isEqualTo(manifest);
  }

  @Test
  void servesWhatSkopeoCopiesIntoItsDirectory() throws Exception {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    assertThat(images(REPOSITORY, "v2")).isEmpty();
    Path other = Files.createDirectory(ecr.directory().resolve("other")).resolve("copy");

    skopeo(
        "copy", "--preserve-digests", "oci:" + ecr.layout() + ":v1", "oci:" + ecr.layout() + ":v2");
    skopeo("copy", "--preserve-digests", "oci:" + ecr.layout() + ":v1", "oci:" + other + ":v1");

    assertThat(images(REPOSITORY, "v2")).extracting(Image::imageManifest).containsExactly(manifest);
    assertThat(images("other/copy", "v1"))
        .extracting(Image::imageManifest)
        .containsExactly(manifest);
    assertThat(ecr.client().describeRepositories(r -> {}).repositories())
        .extracting(repository -> repository.repositoryName())
        .containsExactly("other/copy", REPOSITORY);
  }

  @Test
  void servesAnIndexThatSkopeoCopiesWithAllItsImages() throws Exception {
    String first = ecr.pushParts("one");
    String second = ecr.pushParts("two");
    ecr.putImage(first);
    ecr.putImage(second);
    ecr.putImage(index(List.of(first, second)), "all");
    Path copy = ecr.directory().resolve("copy");

    skopeo(
        "copy",
        "--preserve-digests",
        "--all",
        "oci:" + ecr.layout() + ":all",
        "oci:" + copy + ":all");

    assertThat(images("copy", "all"))
        .extracting(Image::imageManifest)
        .containsExactly(index(List.of(first, second)));
    assertThat(
            ecr.client()
                .batchGetImage(
                    r ->
                        r.repositoryName("copy")
                            .imageIds(
                                ImageIdentifier.builder()
                                    .imageDigest(Digest.sha256(utf8(second)).toString())
                                    .build()))
                .images())
        .extracting(Image::imageManifest)
        .containsExactly(second);
  }

  private void writeIndex(String json) throws IOException {
    Files.writeString(ecr.layout().resolve("index.json"), json);
  }

  private void name(byte[] content, String mediaType, String tag) throws IOException {
    Digest digest = Digest.sha256(content);
    Files.write(ecr.layout().resolve("blobs/sha256/" + digest.hex()), content);
    writeIndex(
        """
        {"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"%s","size":%d,
        "annotations":{"org.opencontainers.image.ref.name":"%s"}}]}"""
            .formatted(mediaType, digest, content.length, tag));
  }

  @Test
  void servesAManifestThatIsNoneAsItIs() throws Exception {
    String huge = "{\"schemaVersion\":2}" + " ".repeat(5 << 20);
    for (String content : List.of("", "not json", "[]", huge)) {
      for (String mediaType :
          List.of(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX, "text/plain", "")) {
        name(content.getBytes(StandardCharsets.UTF_8), mediaType, "bad");

        var response =
            ecr.client()
                .batchGetImage(
                    r ->
                        r.repositoryName(REPOSITORY)
                            .imageIds(ImageIdentifier.builder().imageTag("bad").build())
                            .acceptedMediaTypes(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_INDEX));

        assertThat(response.images())
            .singleElement()
            .satisfies(
                image -> {
                  assertThat(image.imageManifest()).isEqualTo(content);
                  assertThat(image.imageManifestMediaType()).isEqualTo(mediaType);
                });
        assertThat(ecr.client().describeImages(r -> r.repositoryName(REPOSITORY)).imageDetails())
            .hasSize(1);
      }
    }
  }

  @Test
  void servesBytesThatDoNotHaveTheirDigest() throws Exception {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    Digest digest = Digest.sha256(utf8(manifest));
    Files.writeString(ecr.layout().resolve("blobs/sha256/" + digest.hex()), "changed");

    assertThat(images(REPOSITORY, "v1"))
        .extracting(Image::imageManifest)
        .containsExactly("changed");
  }

  @Test
  void overlooksEntriesThatLeadNowhere() throws Exception {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    String entry =
        Files.readString(ecr.layout().resolve("index.json"))
            .replaceAll(".*\"manifests\":\\[(.*)\\].*", "$1");
    writeIndex(
        """
        {"schemaVersion":2,"manifests":[
          7, {}, {"digest":"sha256:../../../etc/passwd"},
          {"mediaType":"x","digest":"sha256:%s","size":1}, %s]}"""
            .formatted("0".repeat(64), entry));

    assertThat(ecr.client().listImages(r -> r.repositoryName(REPOSITORY)).imageIds())
        .extracting(ImageIdentifier::imageTag)
        .containsExactly("v1");
  }

  @Test
  void keepsWhatOtherProgramsWroteIntoTheIndex() throws Exception {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    Path file = ecr.layout().resolve("index.json");
    writeIndex(
        Files.readString(file)
            .replace(
                "{\"schemaVersion\"", "{\"annotations\":{\"of\":\"skopeo\"},\"schemaVersion\""));

    ecr.putImage(manifest, "v2");

    assertThat(file).content().contains("\"of\":\"skopeo\"").contains("\"v2\"");
  }

  @Test
  void holdsOnToWhatItKnewWhileAnotherProgramWrites() throws Exception {
    ecr.putImage(ecr.pushParts("one"), "v1");
    assertThat(images(REPOSITORY, "v1")).hasSize(1);

    writeIndex("{\"schemaVersion\":2,\"mani");

    assertThat(images(REPOSITORY, "v1")).hasSize(1);
  }

  @Test
  void saysThatAnIndexIsNone() throws Exception {
    writeIndex("{\"schemaVersion\":2,\"mani");
    ecr.restart();

    assertThatThrownBy(() -> images(REPOSITORY, "v1"))
        .isInstanceOf(ServerException.class)
        .hasMessageContaining("index.json is not the index of an image layout");
  }
}
