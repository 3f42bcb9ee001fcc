package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.StoredImage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lists the identifiers of all images: one for each tag, and only the digest of an image without
 * tags.
 */
final class ListImages implements EcrOperation<ListImages.Request> {
  private static final int LONGEST_PAGE = 1000;

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable String nextToken,
      @Nullable Integer maxResults,
      TagStatus.@Nullable Filter filter) {}

  record Response(List<ImageId> imageIds, @Nullable String nextToken) {}

  private final Repositories repositories;

  ListImages(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    Target target = repositories.find(request.registryId(), request.repositoryName());
    TagStatus status = TagStatus.of(request.filter());
    List<ImageId> ids =
        target.images().all().stream()
            .flatMap(ListImages::ids)
            .filter(id -> status.includes(id.imageTag() != null))
            .toList();
    Page<ImageId> page =
        Page.of(
            ids,
            id -> id.imageDigest() + " " + id.imageTag(),
            request.nextToken(),
            request.maxResults(),
            LONGEST_PAGE);
    return new Response(page.items(), page.nextToken());
  }

  private static Stream<ImageId> ids(StoredImage image) {
    String digest = image.digest().toString();
    return image.tags().isEmpty()
        ? Stream.of(new ImageId(digest, null))
        : image.tags().stream().map(tag -> new ImageId(digest, tag));
  }
}
