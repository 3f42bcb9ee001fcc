package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Catalog;
import io.github.ecrcontainerd.local.store.Manifest;
import io.github.ecrcontainerd.local.store.StoredImage;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Describes images: their properties in addition to the manifests. */
final class DescribeImages implements EcrOperation<DescribeImages.Request> {
  private static final int LONGEST_PAGE = 1000;

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable List<@Nullable ImageId> imageIds,
      @Nullable String nextToken,
      @Nullable Integer maxResults,
      TagStatus.@Nullable Filter filter) {}

  record Detail(
      String registryId,
      String repositoryName,
      String imageDigest,
      @Nullable List<String> imageTags,
      long imageSizeInBytes,
      BigDecimal imagePushedAt,
      String imageManifestMediaType,
      @Nullable String artifactMediaType,
      @Nullable String subjectManifestDigest,
      String imageStatus) {}

  record Response(List<Detail> imageDetails, @Nullable String nextToken) {}

  private final Repositories repositories;

  DescribeImages(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    Target target = repositories.find(request.registryId(), request.repositoryName());
    Catalog catalog = target.images();
    TagStatus status = TagStatus.of(request.filter());
    List<StoredImage> images =
        request.imageIds() == null
            ? catalog.all().stream()
                .filter(image -> status.includes(!image.tags().isEmpty()))
                .toList()
            : named(Parameters.batch("imageIds", request.imageIds()), catalog, target);
    Page<StoredImage> page =
        Page.of(
            images,
            image -> image.digest().toString(),
            request.nextToken(),
            request.maxResults(),
            LONGEST_PAGE);
    List<Detail> details = new ArrayList<>();
    for (StoredImage image : page.items()) {
      details.add(detail(target, catalog, image));
    }
    return new Response(details, page.nextToken());
  }

  private static List<StoredImage> named(List<ImageId> ids, Catalog catalog, Target target) {
    return ids.stream()
        .map(
            id ->
                switch (ImageLookup.of(id, catalog)) {
                  case ImageLookup.Found(StoredImage image) -> image;
                  case ImageLookup.Failed(ImageFailure failure) -> throw notFound(failure, target);
                })
        .distinct()
        .toList();
  }

  private static EcrError notFound(ImageFailure failure, Target target) {
    return switch (failure.failureCode()) {
      case "ImageNotFound", "ImageTagDoesNotMatchDigest" ->
          new EcrError(
              "ImageNotFoundException",
              "The image with imageId {imageDigest:'%s', imageTag:'%s'} does not exist within %s"
                  .formatted(
                      failure.imageId().imageDigest(),
                      failure.imageId().imageTag(),
                      target.inWords()));
      default -> EcrError.invalidParameter(failure.failureReason());
    };
  }

  private static Detail detail(Target target, Catalog catalog, StoredImage image)
      throws IOException {
    Optional<Manifest> manifest = ManifestOnDisk.read(image);
    return new Detail(
        target.registryId(),
        target.name(),
        image.digest().toString(),
        image.tags().isEmpty() ? null : image.tags(),
        manifest.isPresent() ? size(manifest.get(), catalog) : image.blob().size(),
        Json.timestamp(image.pushedAt()),
        image.mediaType(),
        manifest.flatMap(ManifestOnDisk::artifactType).orElse(null),
        manifest.flatMap(Manifest::subject).map(Digest::toString).orElse(null),
        "ACTIVE");
  }

  /**
   * The size of an image. For an index, the size of its largest image (ImageDetail in ECR's API
   * reference).
   */
  private static long size(Manifest manifest, Catalog catalog) throws IOException {
    if (manifest.children().isEmpty()) {
      return manifest.layerBytes();
    }
    long largest = 0;
    for (Manifest.Link child : manifest.children()) {
      Optional<StoredImage> image = catalog.byDigest(child.digest());
      Optional<Manifest> read =
          image.isEmpty() ? Optional.empty() : ManifestOnDisk.read(image.get());
      largest = Math.max(largest, read.map(Manifest::layerBytes).orElse(0L));
    }
    return largest;
  }
}
