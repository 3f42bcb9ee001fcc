package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
