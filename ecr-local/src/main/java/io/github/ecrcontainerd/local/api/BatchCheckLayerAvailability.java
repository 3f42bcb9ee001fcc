package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Blob;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks which layers a repository has. */
final class BatchCheckLayerAvailability
    implements EcrOperation<BatchCheckLayerAvailability.Request> {

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable List<@Nullable String> layerDigests) {}

  record Layer(String layerDigest, String layerAvailability, @Nullable Long layerSize) {}

  record Failure(String layerDigest, String failureCode, String failureReason) {}

  record Response(List<Layer> layers, List<Failure> failures) {}

  private final Repositories repositories;

  BatchCheckLayerAvailability(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    List<@Nullable String> digests =
        Parameters.batchOfNullable("layerDigests", request.layerDigests());
    Target target = repositories.findForPush(request.registryId(), request.repositoryName());
    List<Layer> layers = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    for (@Nullable String text : digests) {
      Optional<Digest> digest = text == null ? Optional.empty() : Parameters.digest(text);
      if (text == null || text.isEmpty()) {
        failures.add(
            new Failure(
                "", "MissingLayerDigest", "Invalid request parameters: layer digest is missing"));
      } else if (digest.isEmpty()) {
        failures.add(
            new Failure(
                text,
                "InvalidLayerDigest",
                "Invalid request parameters: layer digest should satisfy the regex '"
                    + Parameters.DIGEST_EXPRESSION
                    + "'"));
      } else {
        Optional<Blob> layer = target.repository().layer(digest.get());
        layers.add(
            new Layer(
                text,
                layer.isPresent() ? "AVAILABLE" : "UNAVAILABLE",
                layer.map(Blob::size).orElse(null)));
      }
    }
    return new Response(layers, failures);
  }
}
