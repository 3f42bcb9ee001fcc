package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.Conditions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Begins the upload of a layer. */
final class InitiateLayerUpload implements EcrOperation<InitiateLayerUpload.Request> {

  record Request(@Nullable String registryId, @Nullable String repositoryName) {}

  record Response(String uploadId, long partSize) {}

  private final Repositories repositories;
  private final Conditions conditions;

  InitiateLayerUpload(Repositories repositories, Conditions conditions) {
    this.repositories = repositories;
    this.conditions = conditions;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    Target target = repositories.openForPush(request.registryId(), request.repositoryName());
    return new Response(target.repository().uploads().begin().id(), conditions.partSize());
  }
}
