package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.index;
import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.ecr.model.BatchGetImageResponse;
import software.amazon.awssdk.services.ecr.model.Image;
import software.amazon.awssdk.services.ecr.model.ImageFailure;
import software.amazon.awssdk.services.ecr.model.ImageFailureCode;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;
import software.amazon.awssdk.services.ecr.model.InvalidParameterException;
import software.amazon.awssdk.services.ecr.model.RepositoryNotFoundException;

class BatchGetImageTest {
  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private BatchGetImageResponse get(ImageIdentifier... ids) {
    return ecr.client().batchGetImage(r -> r.repositoryName(REPOSITORY).imageIds(ids));
  }

  private static ImageIdentifier tagged(String tag) {
    return ImageIdentifier.builder().imageTag(tag).build();
  }

  private static ImageIdentifier digested(String digest) {
    return ImageIdentifier.builder().imageDigest(digest).build();
  }

  @Test
  void givesTheManifestByteForByteByTagByDigestAndByBoth() {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    String digest = Digest.sha256(utf8(manifest)).toString();

    BatchGetImageResponse response =
        get(tagged("v1"), digested(digest), tagged("v1").toBuilder().imageDigest(digest).build());

    assertThat(response.failures()).isEmpty();
    assertThat(response.images())
        .hasSize(3)
        .allSatisfy(
            image -> {
              assertThat(image.imageManifest()).isEqualTo(manifest);
              assertThat(image.imageManifestMediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
              assertThat(image.imageId().imageDigest()).isEqualTo(digest);
              assertThat(image.repositoryName()).isEqualTo(REPOSITORY);
              assertThat(image.registryId()).isEqualTo("123456789012");
            });
    assertThat(response.images())
        .extracting(image -> image.imageId().imageTag())
        .containsExactly("v1", null, "v1");
  }

  @Test
  void keepsCharactersThatJsonEscapes() {
    String manifest = ecr.pushParts("\\u00e9 \\\"quoted\\\" \u20ac \ud83d\udc33");
    ecr.putImage(manifest, "v1");

    assertThat(get(tagged("v1")).images())
        .extracting(Image::imageManifest)
        .containsExactly(manifest);
  }

  @Test
  void givesTheRegistryOfTheRequestBack() {
    ecr.putImage(ecr.pushParts("one"), "v1");

    var response =
        ecr.client()
            .batchGetImage(
                r ->
                    r.registryId("210987654321").repositoryName(REPOSITORY).imageIds(tagged("v1")));

    assertThat(response.images()).extracting(Image::registryId).containsExactly("210987654321");
  }

  @Test
  void saysOfEachIdWhyItIsNothing() {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    String other = "sha256:" + "0".repeat(64);

    BatchGetImageResponse response =
        get(
            tagged("v2"),
            digested(other),
            digested("sha256:12"),
            digested("../../etc/passwd"),
            tagged("not a tag"),
            tagged("v1").toBuilder().imageDigest(other).build(),
            ImageIdentifier.builder().build());

    assertThat(response.images()).isEmpty();
    assertThat(response.failures())
        .extracting(ImageFailure::failureCode)
        .containsExactly(
            ImageFailureCode.IMAGE_NOT_FOUND,
            ImageFailureCode.IMAGE_NOT_FOUND,
            ImageFailureCode.INVALID_IMAGE_DIGEST,
            ImageFailureCode.INVALID_IMAGE_DIGEST,
            ImageFailureCode.INVALID_IMAGE_TAG,
            ImageFailureCode.IMAGE_TAG_DOES_NOT_MATCH_DIGEST,
            ImageFailureCode.MISSING_DIGEST_AND_TAG);
    assertThat(response.failures().getFirst().imageId()).isEqualTo(tagged("v2"));
    assertThat(response.failures()).allSatisfy(f -> assertThat(f.failureReason()).isNotBlank());
  }

  @Test
  void findsTheChildrenOfAnIndexByDigest() {
    String child = ecr.pushParts("child");
    ecr.putImage(child);
    ecr.putImage(index(List.of(child)), "all");

    var response = get(digested(Digest.sha256(utf8(child)).toString()));

    assertThat(response.images()).extracting(Image::imageManifest).containsExactly(child);
  }

  @Test
  void givesNoManifestOfATypeThatTheCallerDoesNotTake() {
    ecr.putImage(ecr.pushParts("one"), "v1");

    var refused = accepting(MediaTypes.DOCKER_MANIFEST);
    var taken = accepting(MediaTypes.OCI_MANIFEST);

    assertThat(refused.images()).isEmpty();
    assertThat(refused.failures())
        .extracting(ImageFailure::failureCode)
        .containsExactly(ImageFailureCode.IMAGE_NOT_FOUND);
    assertThat(taken.images()).hasSize(1);
  }

  private BatchGetImageResponse accepting(String mediaType) {
    return ecr.client()
        .batchGetImage(
            r -> r.repositoryName(REPOSITORY).imageIds(tagged("v1")).acceptedMediaTypes(mediaType));
  }

  @Test
  void refusesARepositoryThatIsNotThere() {
    assertThatThrownBy(
            () -> ecr.client().batchGetImage(r -> r.repositoryName("nope").imageIds(tagged("v1"))))
        .isInstanceOf(RepositoryNotFoundException.class)
        .hasMessageContaining("'nope' does not exist in the registry with id '123456789012'");
  }

  @Test
  void refusesNamesThatLeadOutOfTheDirectory() {
    for (String name : List.of("../app", "team/../app", "/etc", "team//app", "team/app/blobs")) {
      assertThatThrownBy(
              () -> ecr.client().batchGetImage(r -> r.repositoryName(name).imageIds(tagged("v1"))))
          .as(name)
          .isInstanceOf(InvalidParameterException.class);
    }
  }

  @Test
  void refusesNoIdsAndMoreThanAHundred() {
    for (int count : List.of(0, 101)) {
      assertThatThrownBy(
              () ->
                  ecr.client()
                      .batchGetImage(
                          r ->
                              r.repositoryName(REPOSITORY)
                                  .imageIds(Collections.nCopies(count, tagged("v1")))))
          .isInstanceOf(InvalidParameterException.class)
          .hasMessageContaining("imageIds");
    }
  }
}
