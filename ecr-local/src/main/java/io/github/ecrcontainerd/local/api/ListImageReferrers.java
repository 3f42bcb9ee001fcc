package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Manifest;
import io.github.ecrcontainerd.local.store.StoredImage;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Lists the artifacts whose subject is an image: signatures, bills of materials. */
final class ListImageReferrers implements EcrOperation<ListImageReferrers.Request> {
  private static final int LONGEST_PAGE = 50;

  record Subject(@Nullable String imageDigest) {}

  record Filter(@Nullable List<@Nullable String> artifactTypes) {}

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable Subject subjectId,
      @Nullable Filter filter,
      @Nullable String nextToken,
      @Nullable Integer maxResults) {}

  record Referrer(
      String digest,
      String mediaType,
      @Nullable String artifactType,
      long size,
      Map<String, String> annotations,
      String artifactStatus) {}

  record Response(List<Referrer> referrers, @Nullable String nextToken) {}

  private final Repositories repositories;

  ListImageReferrers(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    Subject subject = Parameters.required("subjectId", request.subjectId());
    Digest digest = Parameters.layerDigest("subjectId.imageDigest", subject.imageDigest());
    List<String> types = artifactTypes(request.filter());
    Target target = repositories.find(request.registryId(), request.repositoryName());
    List<Referrer> referrers = new ArrayList<>();
    for (StoredImage image : target.images().all()) {
      Optional<Manifest> manifest = ManifestOnDisk.read(image);
      if (manifest.flatMap(Manifest::subject).filter(digest::equals).isPresent()) {
        Referrer referrer = referrer(image, manifest.get());
        if (types.isEmpty() || types.contains(String.valueOf(referrer.artifactType()))) {
          referrers.add(referrer);
        }
      }
    }
    Page<Referrer> page =
        Page.of(
            referrers, Referrer::digest, request.nextToken(), request.maxResults(), LONGEST_PAGE);
    return new Response(page.items(), page.nextToken());
  }

  private static List<String> artifactTypes(@Nullable Filter filter) {
    return filter == null || filter.artifactTypes() == null || filter.artifactTypes().isEmpty()
        ? List.of()
        : Parameters.batch("filter.artifactTypes", filter.artifactTypes());
  }

  private static Referrer referrer(StoredImage image, Manifest manifest) {
    return new Referrer(
        image.digest().toString(),
        image.mediaType(),
        ManifestOnDisk.artifactType(manifest).orElse(null),
        image.blob().size(),
        manifest.annotations(),
        "ACTIVE");
  }
}
