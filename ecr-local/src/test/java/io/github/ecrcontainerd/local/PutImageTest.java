package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.index;
import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.ecr.model.Image;
import software.amazon.awssdk.services.ecr.model.ImageAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.ImageDigestDoesNotMatchException;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;
import software.amazon.awssdk.services.ecr.model.ImageTagAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.ImageTagMutability;
import software.amazon.awssdk.services.ecr.model.InvalidParameterException;
import software.amazon.awssdk.services.ecr.model.LayersNotFoundException;
import software.amazon.awssdk.services.ecr.model.ReferencedImagesNotFoundException;
import software.amazon.awssdk.services.ecr.model.RepositoryNotFoundException;

class PutImageTest {
  private static final String NOWHERE = "sha256:" + "0".repeat(64);

  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private List<ImageIdentifier> ids() {
    return ecr.client().listImages(r -> r.repositoryName(REPOSITORY)).imageIds();
  }

  private static ImageIdentifier id(String manifest, String tag) {
    return ImageIdentifier.builder()
        .imageDigest(Digest.sha256(utf8(manifest)).toString())
        .imageTag(tag)
        .build();
  }

  private static ImageIdentifier id(String manifest) {
    return ImageIdentifier.builder().imageDigest(Digest.sha256(utf8(manifest)).toString()).build();
  }

  @Test
  void keepsAnImageUnderItsTagAndItsDigest() {
    String manifest = ecr.pushParts("one");

    Image image = ecr.putImage(manifest, "v1").image();

    assertThat(image.imageManifest()).isEqualTo(manifest);
    assertThat(image.imageManifestMediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(image.imageId()).isEqualTo(id(manifest, "v1"));
    assertThat(ids()).containsExactly(id(manifest, "v1"));
  }

  @Test
  void keepsAnImageWithoutATag() {
    String manifest = ecr.pushParts("one");

    ecr.putImage(manifest);

    assertThat(ids()).containsExactly(id(manifest));
  }

  @Test
  void givesAnImageSeveralTags() {
    String manifest = ecr.pushParts("one");

    ecr.putImage(manifest);
    ecr.putImage(manifest, "v1");
    ecr.putImage(manifest, "latest");

    assertThat(ids()).containsExactlyInAnyOrder(id(manifest, "v1"), id(manifest, "latest"));
  }

  @Test
  void movesATagAndKeepsTheImageItWasOn() {
    String first = ecr.pushParts("one");
    String second = ecr.pushParts("two");
    ecr.putImage(first, "v1");

    ecr.putImage(second, "v1");

    assertThat(ids()).containsExactlyInAnyOrder(id(first), id(second, "v1"));
  }

  @Test
  void refusesAnImageThatIsThereUnderTheSameTag() {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");

    assertThatThrownBy(() -> ecr.putImage(manifest, "v1"))
        .isInstanceOf(ImageAlreadyExistsException.class)
        .hasMessageContaining("'v1'");
    assertThatThrownBy(() -> ecr.putImage(manifest))
        .isInstanceOf(ImageAlreadyExistsException.class);
  }

  @Test
  void movesNoTagOfARepositoryWhoseTagsAreImmutable() throws Exception {
    String first = ecr.pushParts("one");
    String second = ecr.pushParts("two");
    Files.createDirectories(ecr.layout().resolve(".ecr-local"));
    Files.writeString(
        ecr.layout().resolve(".ecr-local/repository.json"),
        "{\"imageTagMutability\":\"IMMUTABLE\"}");
    ecr.putImage(first, "v1");

    assertThatThrownBy(() -> ecr.putImage(second, "v1"))
        .isInstanceOf(ImageTagAlreadyExistsException.class)
        .hasMessageContaining("immutable");
    assertThat(ids()).containsExactly(id(first, "v1"));
    ecr.restart();
    assertThat(
            ecr.client()
                .describeRepositories(r -> r.repositoryNames(REPOSITORY))
                .repositories()
                .getFirst()
                .imageTagMutability())
        .isEqualTo(ImageTagMutability.IMMUTABLE);
  }

  @Test
  void refusesAnImageWhoseLayersAreMissing() {
    String manifest =
        ecr.pushParts("one").replaceFirst("(\"layers\".*?digest\": \")[^\"]*", "$1" + NOWHERE);

    assertThatThrownBy(() -> ecr.putImage(manifest, "v1"))
        .isInstanceOf(LayersNotFoundException.class)
        .hasMessageContaining(NOWHERE);
    assertThat(ids()).isEmpty();
  }

  @Test
  void refusesAnImageWhoseConfigurationIsMissing() {
    String manifest =
        ecr.pushParts("one").replaceFirst("(\"config\".*?digest\": \")[^\"]*", "$1" + NOWHERE);

    assertThatThrownBy(() -> ecr.putImage(manifest, "v1"))
        .isInstanceOf(LayersNotFoundException.class);
  }

  @Test
  void takesAnImageWhoseLayersAreElsewhere() {
    String manifest =
        ecr.pushParts("one")
            .replaceFirst("(\"layers\".*?digest\": \")[^\"]*", "$1" + NOWHERE)
            .replace(
                MediaTypes.OCI_LAYER + "\"",
                MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip\", \"urls\": [\"https://example.com/x\"]");

    assertThat(ecr.putImage(manifest, "v1").image().imageId().imageTag()).isEqualTo("v1");
  }

  @Test
  void refusesAnIndexWhoseImagesAreMissing() {
    String child = ecr.pushParts("child");

    assertThatThrownBy(() -> ecr.putImage(index(List.of(child)), "all"))
        .isInstanceOf(ReferencedImagesNotFoundException.class)
        .hasMessageContaining(Digest.sha256(utf8(child)).toString());
    ecr.putImage(child);
    assertThat(ecr.putImage(index(List.of(child)), "all").image().imageManifestMediaType())
        .isEqualTo(MediaTypes.OCI_INDEX);
  }

  @Test
  void refusesAnotherDigestThanTheCallerSays() {
    String manifest = ecr.pushParts("one");

    assertThatThrownBy(
            () ->
                ecr.client()
                    .putImage(
                        r ->
                            r.repositoryName(REPOSITORY)
                                .imageManifest(manifest)
                                .imageDigest(NOWHERE)))
        .isInstanceOf(ImageDigestDoesNotMatchException.class);
    assertThat(
            ecr.client()
                .putImage(
                    r ->
                        r.repositoryName(REPOSITORY)
                            .imageManifest(manifest)
                            .imageDigest(Digest.sha256(utf8(manifest)).toString())))
        .isNotNull();
  }

  @Test
  void refusesWhatIsNoManifest() {
    String longest = "{\"schemaVersion\":2}" + " ".repeat(4_194_304);
    String untyped = ecr.pushParts("one").replaceFirst("\"mediaType\"", "\"noType\"");
    String layersAreNoDigests =
        ecr.pushParts("two").replaceFirst("(\"layers\".*?digest\": \")[^\"]*", "$1sha256:../x");
    for (String manifest :
        List.of("", "not json", "[]", "null", "{}", longest, untyped, layersAreNoDigests)) {
      assertThatThrownBy(() -> ecr.putImage(manifest, "v1"))
          .as(manifest.substring(0, Math.min(20, manifest.length())))
          .isInstanceOf(InvalidParameterException.class);
    }
    assertThat(ids()).isEmpty();
  }

  @Test
  void takesTheLongestManifest() {
    String manifest = ecr.pushParts("one");
    String padded = manifest + " ".repeat(4_194_304 - manifest.length());

    ecr.putImage(padded, "v1");

    assertThat(
            ecr.client()
                .batchGetImage(
                    r ->
                        r.repositoryName(REPOSITORY)
                            .imageIds(ImageIdentifier.builder().imageTag("v1").build()))
                .images()
                .getFirst()
                .imageManifest())
        .isEqualTo(padded);
  }

  @Test
  void takesTheTypeOfTheRequestWhereTheManifestHasNone() {
    String untyped = ecr.pushParts("one").replaceFirst("\"mediaType\"", "\"noType\"");

    Image image = put(untyped, MediaTypes.OCI_MANIFEST);

    assertThat(image.imageManifestMediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
  }

  private Image put(String manifest, String mediaType) {
    return ecr.client()
        .putImage(
            r ->
                r.repositoryName(REPOSITORY)
                    .imageManifest(manifest)
                    .imageManifestMediaType(mediaType))
        .image();
  }

  @Test
  void refusesATypeThatItDoesNotKnowOrThatTheManifestContradicts() {
    String manifest = ecr.pushParts("one");

    assertThatThrownBy(() -> put(manifest, MediaTypes.DOCKER_MANIFEST))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(
            () -> ecr.putImage(manifest.replace(MediaTypes.OCI_MANIFEST, "text/plain"), "v1"))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("text/plain");
  }

  @Test
  void refusesATagThatIsNone() {
    String manifest = ecr.pushParts("one");

    for (String tag : List.of("", "-v1", "a b", "../x", "x".repeat(129))) {
      assertThatThrownBy(() -> ecr.putImage(manifest, tag))
          .as(tag)
          .isInstanceOf(InvalidParameterException.class);
    }
  }

  @Test
  void namesASignedManifestByWhatIsSigned() {
    Digest layer = ecr.pushLayer(utf8("a layer"));
    String payload =
        "{\n   \"schemaVersion\": 1,\n   \"fsLayers\": [{\"blobSum\": \"" + layer + "\"}]\n}";
    int formatLength = payload.length() - 2;
    String header =
        "{\"formatLength\":%d,\"formatTail\":\"%s\"}"
            .formatted(
                formatLength, Base64.getUrlEncoder().withoutPadding().encodeToString(utf8("\n}")));
    String signed =
        payload.substring(0, formatLength)
            + ",\n   \"signatures\": [{\"protected\": \""
            + Base64.getUrlEncoder().withoutPadding().encodeToString(utf8(header))
            + "\"}]\n}";

    Image image = ecr.putImage(signed, "old").image();

    assertThat(image.imageManifestMediaType()).isEqualTo(MediaTypes.DOCKER_SCHEMA1_SIGNED);
    assertThat(image.imageId().imageDigest()).isEqualTo(Digest.sha256(utf8(payload)).toString());
    assertThat(image.imageManifest()).isEqualTo(signed);
  }

  @Test
  void refusesARepositoryThatIsNotThere() {
    String manifest = ecr.pushParts("one");

    assertThatThrownBy(
            () ->
                ecr.client()
                    .putImage(r -> r.repositoryName("nope").imageManifest(manifest).imageTag("v1")))
        .isInstanceOf(RepositoryNotFoundException.class);
  }
}
