package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.layers.PresignedUrls;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Returns the URL of a layer. */
final class GetDownloadUrlForLayer implements EcrOperation<GetDownloadUrlForLayer.Request> {

  record Request(
      @Nullable String registryId, @Nullable String repositoryName, @Nullable String layerDigest) {}

  record Response(String downloadUrl, String layerDigest) {}

  private final Repositories repositories;
  private final PresignedUrls urls;
  private final URI layerEndpoint;
  private final Conditions conditions;

  GetDownloadUrlForLayer(
      Repositories repositories, PresignedUrls urls, URI layerEndpoint, Conditions conditions) {
    this.repositories = repositories;
    this.urls = urls;
    this.layerEndpoint = layerEndpoint;
    this.conditions = conditions;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    Digest digest = Parameters.layerDigest("layerDigest", request.layerDigest());
    Target target = repositories.find(request.registryId(), request.repositoryName());
    if (target.repository().layer(digest).isEmpty()) {
      throw new EcrError(
          "LayersNotFoundException",
          "The layers with digests '[%s]' do not exist in %s".formatted(digest, target.inWords()));
    }
    return new Response(
        urls.sign(layerEndpoint, target.repository().name(), digest, conditions.urlLifetime()),
        digest.toString());
  }
}
