package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.IndexEdit;
import io.github.ecrcontainerd.local.store.StoredImage;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes images. A digest deletes an image with all its tags. A tag deletes that tag, and with the
 * last tag the image. The layers stay on disk, because other images may use them.
 */
final class BatchDeleteImage implements EcrOperation<BatchDeleteImage.Request> {

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable List<@Nullable ImageId> imageIds) {}

  record Response(List<ImageId> imageIds, List<ImageFailure> failures) {}

  private final Repositories repositories;

  BatchDeleteImage(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    List<ImageId> ids = Parameters.batch("imageIds", request.imageIds());
    Target target = repositories.find(request.registryId(), request.repositoryName());
    try (IndexEdit edit = target.repository().edit()) {
      Deletion deletion = new Deletion(edit);
      for (ImageId id : ids) {
        switch (ImageLookup.of(id, edit.before())) {
          case ImageLookup.Failed(ImageFailure failure) -> deletion.failures.add(failure);
          case ImageLookup.Found(StoredImage image) -> deletion.delete(image, id);
        }
      }
      edit.commit();
      return new Response(List.copyOf(deletion.deleted), deletion.failures);
    }
  }

  /** The state of one call. */
  private static final class Deletion {
    final Set<ImageId> deleted = new LinkedHashSet<>();
    final List<ImageFailure> failures = new ArrayList<>();
    private final IndexEdit edit;
    private final Set<Digest> gone = new HashSet<>();
    private final Map<Digest, Set<String>> tagsLeft = new HashMap<>();

    Deletion(IndexEdit edit) {
      this.edit = edit;
    }

    void delete(StoredImage image, ImageId id) throws IOException {
      @Nullable String tag = id.imageTag();
      String digest = image.digest().toString();
      Set<String> left = tagsLeft.computeIfAbsent(image.digest(), d -> new HashSet<>(image.tags()));
      if (tag != null && (left.size() > 1 || !left.contains(tag))) {
        left.remove(tag);
        edit.untag(tag);
        deleted.add(new ImageId(digest, tag));
        return;
      }
      List<Digest> referring =
          image.indexes().stream().filter(index -> !gone.contains(index)).toList();
      if (!referring.isEmpty()) {
        failures.add(
            new ImageFailure(
                new ImageId(digest, tag),
                "ImageReferencedByManifestList",
                "Requested image referenced by manifest list: " + referring));
        return;
      }
      if (gone.add(image.digest())) {
        edit.delete(image);
      }
      if (left.isEmpty()) {
        deleted.add(new ImageId(digest, null));
      }
      left.forEach(name -> deleted.add(new ImageId(digest, name)));
    }
  }
}
