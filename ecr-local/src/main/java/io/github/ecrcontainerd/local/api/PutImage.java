package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Catalog;
import io.github.ecrcontainerd.local.store.IndexEdit;
import io.github.ecrcontainerd.local.store.Manifest;
import io.github.ecrcontainerd.local.store.StoredImage;
import io.github.ecrcontainerd.local.store.Tag;
import io.github.ecrcontainerd.local.store.TagMutability;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Creates an image from existing layers, or an index of existing images. */
final class PutImage implements EcrOperation<PutImage.Request> {

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable String imageManifest,
      @Nullable String imageManifestMediaType,
      @Nullable String imageTag,
      @Nullable String imageDigest) {}

  record Response(ImageAnswer image) {}

  private final Repositories repositories;

  PutImage(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    String text = Parameters.required("imageManifest", request.imageManifest());
    Optional<String> tag = Optional.ofNullable(request.imageTag());
    if (tag.isPresent() && !Tag.isTag(tag.get())) {
      throw EcrError.constraint(
          "imageTag", "must satisfy regular expression '" + Tag.EXPRESSION + "'");
    }
    PushedManifest pushed = PushedManifest.read(text, request.imageManifestMediaType());
    Target target = repositories.openForPush(request.registryId(), request.repositoryName());
    checkDigest(request.imageDigest(), pushed.digest());
    try (IndexEdit edit = target.repository().edit()) {
      checkTag(target, edit.before(), pushed.digest(), tag);
      checkLayers(target, pushed.manifest());
      checkChildren(target, edit.before(), pushed.manifest());
      edit.put(pushed.digest(), pushed.mediaType(), pushed.content(), tag);
      edit.commit();
    }
    return new Response(
        new ImageAnswer(
            target.registryId(),
            target.name(),
            new ImageId(pushed.digest().toString(), request.imageTag()),
            text,
            pushed.mediaType()));
  }

  private static void checkDigest(@Nullable String wanted, Digest found) {
    if (wanted != null && !wanted.equals(found.toString())) {
      throw new EcrError(
          "ImageDigestDoesNotMatchException",
          "The specified digest '%s' does not match the digest calculated by Amazon ECR, '%s'"
              .formatted(wanted, found));
    }
  }

  private static void checkTag(Target target, Catalog images, Digest digest, Optional<String> tag)
      throws IOException {
    Optional<StoredImage> now = tag.flatMap(images::byTag);
    boolean exists =
        tag.isEmpty()
            ? images.byDigest(digest).isPresent()
            : now.filter(image -> image.digest().equals(digest)).isPresent();
    if (exists) {
      throw new EcrError(
          "ImageAlreadyExistsException",
          "Image with digest '%s'%s already exists in %s"
              .formatted(
                  digest, tag.map(t -> " and tag '" + t + "'").orElse(""), target.inWords()));
    }
    if (now.isPresent() && target.repository().tagMutability() == TagMutability.IMMUTABLE) {
      throw new EcrError(
          "ImageTagAlreadyExistsException",
          "The image tag '%s' already exists in %s and cannot be overwritten because the tag is"
                  .formatted(tag.orElseThrow(), target.inWords())
              + " immutable.");
    }
  }

  private static void checkLayers(Target target, Manifest manifest) throws IOException {
    List<Digest> missing = new ArrayList<>();
    for (Manifest.Link link :
        Stream.concat(manifest.config().stream(), manifest.layers().stream()).toList()) {
      if (!link.elsewhere()
          && !missing.contains(link.digest())
          && target.repository().layer(link.digest()).isEmpty()) {
        missing.add(link.digest());
      }
    }
    if (!missing.isEmpty()) {
      throw new EcrError(
          "LayersNotFoundException",
          "Layers with digests '%s' required for pushing image into %s do not exist"
              .formatted(missing, target.inWords()));
    }
  }

  private static void checkChildren(Target target, Catalog images, Manifest manifest) {
    List<Digest> missing =
        manifest.children().stream()
            .map(Manifest.Link::digest)
            .filter(digest -> images.byDigest(digest).isEmpty())
            .distinct()
            .toList();
    if (!missing.isEmpty()) {
      throw new EcrError(
          "ReferencedImagesNotFoundException",
          "Images with digests '%s' required for pushing image into %s do not exist"
              .formatted(missing, target.inWords()));
    }
  }
}
