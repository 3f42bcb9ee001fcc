package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Catalog;
import io.github.ecrcontainerd.local.store.StoredImage;
import io.github.ecrcontainerd.local.store.Tag;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the image of an {@link ImageId}, or explains in ECR's words why there is none. */
sealed interface ImageLookup {

  record Found(StoredImage image) implements ImageLookup {}

  record Failed(ImageFailure failure) implements ImageLookup {}

  static ImageLookup of(ImageId id, Catalog images) {
    @Nullable String digestText = id.imageDigest();
    @Nullable String tag = id.imageTag();
    if (digestText == null && tag == null) {
      return failed(
          id,
          "MissingDigestAndTag",
          "Invalid request parameters: both tag and digest cannot be null");
    }
    Optional<Digest> digest = digestText == null ? Optional.empty() : Parameters.digest(digestText);
    if (digestText != null && digest.isEmpty()) {
      return failed(
          id,
          "InvalidImageDigest",
          "Invalid request parameters: image digest should satisfy the regex '"
              + Parameters.DIGEST_EXPRESSION
              + "'");
    }
    if (tag != null && !Tag.isTag(tag)) {
      return failed(
          id,
          "InvalidImageTag",
          "Invalid request parameters: image tag should satisfy the regex '"
              + Tag.EXPRESSION
              + "'");
    }
    Optional<StoredImage> image =
        tag != null ? images.byTag(tag) : digest.flatMap(images::byDigest);
    if (image.isEmpty()) {
      return failed(id, "ImageNotFound", "Requested image not found");
    }
    if (digest.isPresent() && !digest.get().equals(image.get().digest())) {
      return failed(
          id, "ImageTagDoesNotMatchDigest", "Requested image tag does not match image digest");
    }
    return new Found(image.get());
  }

  private static ImageLookup failed(ImageId id, String code, String reason) {
    return new Failed(new ImageFailure(id, code, reason));
  }
}
