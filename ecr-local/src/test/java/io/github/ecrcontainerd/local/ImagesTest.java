package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.index;
import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.ecr.model.BatchDeleteImageResponse;
import software.amazon.awssdk.services.ecr.model.EcrException;
import software.amazon.awssdk.services.ecr.model.ImageDetail;
import software.amazon.awssdk.services.ecr.model.ImageFailure;
import software.amazon.awssdk.services.ecr.model.ImageFailureCode;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;
import software.amazon.awssdk.services.ecr.model.ImageNotFoundException;
import software.amazon.awssdk.services.ecr.model.ImageReferrer;
import software.amazon.awssdk.services.ecr.model.InvalidParameterException;
import software.amazon.awssdk.services.ecr.model.ListImagesResponse;
import software.amazon.awssdk.services.ecr.model.RepositoryNotFoundException;
import software.amazon.awssdk.services.ecr.model.TagStatus;

/** Lists, descriptions, referrers and deletion of images. */
class ImagesTest {
  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private static String digest(String manifest) {
    return Digest.sha256(utf8(manifest)).toString();
  }

  private static ImageIdentifier tagged(String tag) {
    return ImageIdentifier.builder().imageTag(tag).build();
  }

  private static ImageIdentifier digested(String manifest) {
    return ImageIdentifier.builder().imageDigest(digest(manifest)).build();
  }

  private static ImageIdentifier id(String manifest, String tag) {
    return tagged(tag).toBuilder().imageDigest(digest(manifest)).build();
  }

  private String push(String name) {
    String manifest = ecr.pushParts(name);
    ecr.putImage(manifest, name);
    return manifest;
  }

  private ListImagesResponse list(TagStatus status) {
    return ecr.client()
        .listImages(r -> r.repositoryName(REPOSITORY).filter(f -> f.tagStatus(status)));
  }

  private BatchDeleteImageResponse delete(ImageIdentifier... ids) {
    return ecr.client().batchDeleteImage(r -> r.repositoryName(REPOSITORY).imageIds(ids));
  }

  @Test
  void listsTaggedAndUntaggedImages() {
    String tagged = push("v1");
    String untagged = ecr.pushParts("other");
    ecr.putImage(untagged);

    assertThat(list(TagStatus.TAGGED).imageIds()).containsExactly(id(tagged, "v1"));
    assertThat(list(TagStatus.UNTAGGED).imageIds()).containsExactly(digested(untagged));
    assertThat(list(TagStatus.ANY).imageIds())
        .containsExactlyInAnyOrder(id(tagged, "v1"), digested(untagged));
  }

  @Test
  void listsPageByPage() {
    String manifest = push("v1");
    for (String tag : List.of("v2", "v3", "v4", "v5")) {
      ecr.putImage(manifest, tag);
    }

    var pages =
        ecr.client().listImagesPaginator(r -> r.repositoryName(REPOSITORY).maxResults(2)).stream()
            .toList();

    assertThat(pages).extracting(page -> page.imageIds().size()).containsExactly(2, 2, 1);
    assertThat(pages.stream().flatMap(page -> page.imageIds().stream()))
        .extracting(ImageIdentifier::imageTag)
        .containsExactlyInAnyOrder("v1", "v2", "v3", "v4", "v5");
  }

  @Test
  void refusesAPageThatIsNone() {
    assertThatThrownBy(
            () -> ecr.client().listImages(r -> r.repositoryName(REPOSITORY).maxResults(1001)))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(
            () -> ecr.client().listImages(r -> r.repositoryName(REPOSITORY).nextToken("?")))
        .isInstanceOf(InvalidParameterException.class);
    assertThatThrownBy(
            () -> ecr.client().listImages(r -> r.repositoryName(REPOSITORY).nextToken("bm9uZQ==")))
        .isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void describesAnImage() {
    String manifest = push("v1");
    ecr.putImage(manifest, "latest");

    var details =
        ecr.client()
            .describeImages(r -> r.repositoryName(REPOSITORY).imageIds(tagged("v1")))
            .imageDetails();

    assertThat(details).hasSize(1);
    ImageDetail detail = details.getFirst();
    assertThat(detail.imageDigest()).isEqualTo(digest(manifest));
    assertThat(detail.imageTags()).containsExactly("latest", "v1");
    assertThat(detail.imageSizeInBytes()).isEqualTo("layer of v1".length());
    assertThat(detail.imageManifestMediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(detail.artifactMediaType()).isEqualTo(MediaTypes.OCI_CONFIG);
    assertThat(detail.imagePushedAt()).isCloseTo(Instant.now(), within(Duration.ofMinutes(1)));
  }

  @Test
  void describesAnIndexByItsLargestImage() {
    String small = push("a");
    String large = push("longer-name");
    String index = index(List.of(small, large));
    ecr.putImage(index, "all");

    var details =
        ecr.client()
            .describeImages(r -> r.repositoryName(REPOSITORY).imageIds(tagged("all")))
            .imageDetails();

    assertThat(details)
        .extracting(ImageDetail::imageSizeInBytes)
        .containsExactly((long) "layer of longer-name".length());
  }

  @Test
  void describesAllImagesPageByPage() {
    push("v1");
    push("v2");
    push("v3");

    var pages =
        ecr
            .client()
            .describeImagesPaginator(r -> r.repositoryName(REPOSITORY).maxResults(2))
            .stream()
            .toList();

    assertThat(pages).extracting(page -> page.imageDetails().size()).containsExactly(2, 1);
  }

  @Test
  void describesNoImageThatIsNotThere() {
    assertThatThrownBy(
            () ->
                ecr.client()
                    .describeImages(r -> r.repositoryName(REPOSITORY).imageIds(tagged("nope"))))
        .isInstanceOf(ImageNotFoundException.class)
        .hasMessageContaining("nope");
    assertThatThrownBy(
            () ->
                ecr.client()
                    .describeImages(
                        r ->
                            r.repositoryName(REPOSITORY)
                                .imageIds(ImageIdentifier.builder().build())))
        .isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void deletesATagAndTheImageWithItsLastOne() {
    String manifest = push("v1");
    ecr.putImage(manifest, "v2");

    assertThat(delete(tagged("v1")).imageIds()).containsExactly(id(manifest, "v1"));
    assertThat(list(TagStatus.ANY).imageIds()).containsExactly(id(manifest, "v2"));

    assertThat(delete(tagged("v2")).imageIds()).containsExactly(id(manifest, "v2"));
    assertThat(list(TagStatus.ANY).imageIds()).isEmpty();
  }

  @Test
  void deletesAnImageWithAllItsTags() {
    String manifest = push("v1");
    ecr.putImage(manifest, "v2");

    assertThat(delete(digested(manifest)).imageIds())
        .containsExactlyInAnyOrder(id(manifest, "v1"), id(manifest, "v2"));
    assertThat(list(TagStatus.ANY).imageIds()).isEmpty();
    assertThatThrownBy(() -> ecr.urlOf(Digest.sha256(utf8(manifest))))
        .isInstanceOf(EcrException.class);
  }

  @Test
  void deletesNoImageThatAnIndexRefersTo() {
    String child = push("child");
    ecr.putImage(index(List.of(child)), "all");

    BatchDeleteImageResponse refused = delete(digested(child));

    assertThat(refused.imageIds()).isEmpty();
    assertThat(refused.failures())
        .extracting(ImageFailure::failureCode)
        .containsExactly(ImageFailureCode.IMAGE_REFERENCED_BY_MANIFEST_LIST);
    assertThat(delete(tagged("all"), digested(child)).failures()).isEmpty();
    assertThat(list(TagStatus.ANY).imageIds()).isEmpty();
  }

  @Test
  void keepsTheImagesOfAnIndexThatIsDeleted() {
    String child = ecr.pushParts("child");
    ecr.putImage(child);
    ecr.putImage(index(List.of(child)), "all");

    delete(tagged("all"));

    assertThat(list(TagStatus.ANY).imageIds()).containsExactly(digested(child));
  }

  @Test
  void deletesNothingThatIsNotThere() {
    assertThat(delete(tagged("nope"), ImageIdentifier.builder().build()).failures())
        .extracting(ImageFailure::failureCode)
        .containsExactly(ImageFailureCode.IMAGE_NOT_FOUND, ImageFailureCode.MISSING_DIGEST_AND_TAG);
  }

  @Test
  void listsWhatRefersToAnImage() {
    String subject = push("v1");
    String signature = artifact(subject, "application/vnd.example.signature");
    String sbom = artifact(subject, "application/vnd.example.sbom");
    ecr.putImage(signature);
    ecr.putImage(sbom);

    assertThat(referrers(subject))
        .extracting(ImageReferrer::digest)
        .containsExactlyInAnyOrder(digest(signature), digest(sbom));
    assertThat(referrers(subject, "application/vnd.example.sbom"))
        .singleElement()
        .satisfies(
            referrer -> {
              assertThat(referrer.digest()).isEqualTo(digest(sbom));
              assertThat(referrer.artifactType()).isEqualTo("application/vnd.example.sbom");
              assertThat(referrer.mediaType()).isEqualTo(MediaTypes.OCI_MANIFEST);
              assertThat(referrer.size()).isEqualTo(sbom.length());
              assertThat(referrer)
                  .extracting(
                      ImageReferrer::annotations,
                      InstanceOfAssertFactories.map(String.class, String.class))
                  .containsEntry("made-by", "a test");
            });
    assertThat(referrers(signature)).isEmpty();
    assertThatThrownBy(
            () ->
                ecr.client()
                    .listImageReferrers(
                        r -> r.repositoryName(REPOSITORY).subjectId(s -> s.imageDigest("v1"))))
        .isInstanceOf(InvalidParameterException.class);
  }

  private String artifact(String subject, String type) {
    String untyped = ecr.pushParts(type);
    return untyped.replaceFirst(
        "\"schemaVersion\"",
        """
        "artifactType": "%s",
        "subject": {"mediaType": "%s", "digest": "%s", "size": %d},
        "annotations": {"made-by": "a test"},
        "schemaVersion\""""
            .formatted(type, MediaTypes.OCI_MANIFEST, digest(subject), subject.length()));
  }

  private List<ImageReferrer> referrers(String subject, String... types) {
    return ecr.client()
        .listImageReferrers(
            r ->
                r.repositoryName(REPOSITORY)
                    .subjectId(s -> s.imageDigest(digest(subject)))
                    .filter(f -> f.artifactTypes(types)))
        .referrers();
  }

  @Test
  void refusesARepositoryThatIsNotThere() {
    var client = ecr.client();
    assertThatThrownBy(() -> client.listImages(r -> r.repositoryName("nope")))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(() -> client.describeImages(r -> r.repositoryName("nope")))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(
            () -> client.batchDeleteImage(r -> r.repositoryName("nope").imageIds(tagged("v1"))))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(
            () ->
                client.listImageReferrers(
                    r ->
                        r.repositoryName("nope")
                            .subjectId(s -> s.imageDigest("sha256:" + "0".repeat(64)))))
        .isInstanceOf(RepositoryNotFoundException.class);
  }
}
