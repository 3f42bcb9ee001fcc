package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.StoredImage;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Returns manifests and indexes by tag or digest, byte for byte as they are on disk. */
final class BatchGetImage implements EcrOperation<BatchGetImage.Request> {

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable List<@Nullable ImageId> imageIds,
      @Nullable List<@Nullable String> acceptedMediaTypes) {}

  record Response(List<ImageAnswer> images, List<ImageFailure> failures) {}

  private final Repositories repositories;

  BatchGetImage(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    List<ImageId> ids = Parameters.batch("imageIds", request.imageIds());
    List<String> accepted =
        request.acceptedMediaTypes() == null
            ? List.of()
            : Parameters.batch("acceptedMediaTypes", request.acceptedMediaTypes());
    Target target = repositories.find(request.registryId(), request.repositoryName());
    var catalog = target.images();
    List<ImageAnswer> images = new ArrayList<>();
    List<ImageFailure> failures = new ArrayList<>();
    for (ImageId id : ids) {
      switch (ImageLookup.of(id, catalog)) {
        case ImageLookup.Failed(ImageFailure failure) -> failures.add(failure);
        case ImageLookup.Found(StoredImage image) -> {
          if (isAccepted(image, accepted)) {
            images.add(answer(target, image, id.imageTag()));
          } else {
            failures.add(
                new ImageFailure(
                    id, "ImageNotFound", "Requested image has none of the accepted media types"));
          }
        }
      }
    }
    return new Response(images, failures);
  }

  /**
   * Whether the caller accepts the image's media type. Content whose type is not a manifest's is
   * always sent: only a broken layout has such content, and a broken registry wouldn't check.
   */
  private static boolean isAccepted(StoredImage image, List<String> accepted) {
    return accepted.isEmpty()
        || accepted.contains(image.mediaType())
        || !MediaTypes.isManifestOrIndex(image.mediaType());
  }

  private static ImageAnswer answer(Target target, StoredImage image, @Nullable String tag)
      throws IOException {
    return new ImageAnswer(
        target.registryId(),
        target.name(),
        new ImageId(image.digest().toString(), tag),
        new String(image.read(), StandardCharsets.UTF_8),
        image.mediaType());
  }
}
