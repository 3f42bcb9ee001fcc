package io.github.ecrcontainerd.it.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Uses ecr-local with programs that are not ours. */
@ExtendWith(PrivateEcr.class)
class EcrLocalWithForeignClientsIT {
  private final LocalEcr ecr;
  @TempDir Path directory;

  EcrLocalWithForeignClientsIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @Test
  void theAwsCliReadsAnImage() {
    OciLayout layout = ecr.repository("aws-read");
    OciImage image = image(layout, "read");
    layout.tag("latest", image.manifest());
    String layer = image.layers().getFirst().digest().toString();

    JsonNode got = in("aws-read", "batch-get-image", "--image-ids", "imageTag=latest");
    assertThat(got.at("/images/0/imageId/imageDigest").asString())
        .isEqualTo(image.manifest().digest().toString());
    assertThat(Digest.sha256(got.at("/images/0/imageManifest").asString().getBytes(UTF_8)))
        .isEqualTo(image.manifest().digest());
    assertThat(
            in("aws-read", "batch-check-layer-availability", "--layer-digests", layer)
                .at("/layers/0/layerAvailability")
                .asString())
        .isEqualTo("AVAILABLE");
    assertThat(
            in("aws-read", "get-download-url-for-layer", "--layer-digest", layer)
                .at("/downloadUrl")
                .asString())
        .startsWith("http");
    assertThat(in("aws-read", "list-images").at("/imageIds/0/imageTag").asString())
        .isEqualTo("latest");
    assertThat(in("aws-read", "describe-images").at("/imageDetails/0/imageTags/0").asString())
        .isEqualTo("latest");
    assertThat(aws("describe-repositories").path("repositories").isEmpty()).isFalse();
    assertThat(aws("get-authorization-token").path("authorizationData").isEmpty()).isFalse();
  }

  @Test
  void theAwsCliPushesAndDeletesAnImage() throws IOException {
    byte[] content = "{\"pushed\":true}".getBytes(UTF_8);
    String digest = Digest.sha256(content).toString();
    Path part = Files.write(directory.resolve("part"), content);
    String manifest =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"layers\":[],\"config\":{\"mediaType\":\"x/y\",\"digest\":\"%s\",\"size\":%d}}"
            .formatted(MediaTypes.OCI_MANIFEST, digest, content.length);
    aws("create-repository", "--repository-name", "aws-push");

    String upload = in("aws-push", "initiate-layer-upload").path("uploadId").asString();
    in(
        "aws-push",
        "upload-layer-part",
        "--upload-id",
        upload,
        "--part-first-byte",
        "0",
        "--part-last-byte",
        Integer.toString(content.length - 1),
        "--layer-part-blob",
        "fileb://" + part);
    in("aws-push", "complete-layer-upload", "--upload-id", upload, "--layer-digests", digest);
    in("aws-push", "put-image", "--image-manifest", manifest, "--image-tag", "1");
    String raw =
        Command.run(
            List.of("skopeo", "inspect", "--raw", "oci:" + ecr.repositoryPath("aws-push") + ":1"));
    JsonNode deleted = in("aws-push", "batch-delete-image", "--image-ids", "imageTag=1");

    assertThat(raw).isEqualTo(manifest);
    assertThat(deleted.at("/imageIds/0/imageTag").asString()).isEqualTo("1");
  }

  @Test
  void theAwsCliGetsTheErrorsOfEcr() {
    OciLayout layout = ecr.repository("aws-errors");
    layout.tag("latest", image(layout, "errors").manifest());

    assertThat(
            in("aws-errors", "batch-get-image", "--image-ids", "imageTag=absent")
                .at("/failures/0/failureCode")
                .asString())
        .isEqualTo("ImageNotFound");
    assertThatThrownBy(() -> in("aws-absent", "list-images"))
        .hasMessageContaining("RepositoryNotFoundException");
    assertThatThrownBy(() -> aws("create-repository", "--repository-name", "aws-errors"))
        .hasMessageContaining("RepositoryAlreadyExistsException");
  }

  @Test
  void skopeoCopiesWithinADirectoryAndToAnotherThatBecomesARepository() throws IOException {
    OciLayout source = ecr.repository("skopeo-from");
    OciImage image = image(source, "copied");
    source.tag("v1", image.manifest());
    Path target = Files.createDirectory(ecr.repositoryPath("skopeo")).resolve("to");

    skopeo("copy", "oci:" + source.directory() + ":v1", "oci:" + source.directory() + ":v2");
    skopeo("copy", "oci:" + source.directory() + ":v1", "oci:" + target + ":copy");

    assertThat(digestOf("skopeo-from", "imageTag=v2"))
        .isEqualTo(image.manifest().digest().toString());
    assertThat(digestOf("skopeo/to", "imageTag=copy"))
        .isEqualTo(image.manifest().digest().toString());
    assertThat(aws("describe-repositories").findValuesAsString("repositoryName"))
        .contains("skopeo-from", "skopeo/to");
  }

  @Test
  void skopeoCopiesAnIndexWithAllItsImages() throws IOException {
    OciLayout source = ecr.repository("skopeo-index");
    OciImage first = image(source, "first");
    OciImage second = image(source, "second");
    Descriptor index = source.index(Format.OCI, List.of(first.manifest(), second.manifest()));
    source.tag("all", index);
    Path target = ecr.repositoryPath("skopeo-index-copy");

    skopeo("copy", "--all", "oci:" + source.directory() + ":all", "oci:" + target + ":all");

    assertThat(digestOf("skopeo-index-copy", "imageTag=all")).isEqualTo(index.digest().toString());
    for (OciImage child : List.of(first, second)) {
      String digest = child.manifest().digest().toString();
      assertThat(digestOf("skopeo-index-copy", "imageDigest=" + digest)).isEqualTo(digest);
    }
  }

  private static void skopeo(String command, String... arguments) {
    List<String> line =
        new ArrayList<>(List.of("skopeo", "--insecure-policy", command, "--preserve-digests"));
    line.addAll(List.of(arguments));
    Command.run(line);
  }

  private String digestOf(String repository, String image) {
    return in(repository, "batch-get-image", "--image-ids", image)
        .at("/images/0/imageId/imageDigest")
        .asString();
  }

  private JsonNode in(String repository, String operation, String... arguments) {
    List<String> all = new ArrayList<>(List.of(operation, "--repository-name", repository));
    all.addAll(List.of(arguments));
    return aws(all.toArray(String[]::new));
  }

  private JsonNode aws(String... operation) {
    String printed =
        AwsCli.withCredentials(Map.of())
            .ecr(
                List.of("--endpoint-url", ecr.server().endpoint().toString(), "--output", "json"),
                operation);
    return new JsonMapper().readTree(printed);
  }

  private static OciImage image(OciLayout layout, String text) {
    return layout.image(
        Format.OCI, OciLayout.HERE, List.of(Layer.gzip(new LayerTar().file("text", 0644, text))));
  }
}
