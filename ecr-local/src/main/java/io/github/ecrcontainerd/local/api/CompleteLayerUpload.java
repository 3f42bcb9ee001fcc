package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Upload;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a layer of the uploaded parts. */
final class CompleteLayerUpload implements EcrOperation<CompleteLayerUpload.Request> {
  /** ECR's quota "Minimum layer part size", in bytes. */
  private static final long SMALLEST_PART = 5L << 20;

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable String uploadId,
      @Nullable List<@Nullable String> layerDigests) {}

  record Response(String registryId, String repositoryName, String uploadId, String layerDigest) {}

  private final Repositories repositories;

  CompleteLayerUpload(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    List<Digest> digests =
        Parameters.batch("layerDigests", request.layerDigests()).stream()
            .map(text -> Parameters.layerDigest("layerDigests", text))
            .toList();
    Target target = repositories.find(request.registryId(), request.repositoryName());
    Upload upload = target.upload(request.uploadId(), call);
    try (var _ = upload.hold()) {
      // Another call may have ended the upload while this one waited.
      target.upload(upload.id(), call);
      check(target, upload, digests);
      Digest digest = digests.getFirst();
      boolean exists = target.repository().layer(digest).isPresent();
      if (!exists) {
        target.repository().complete(upload, digest);
      }
      target.repository().uploads().end(upload);
      if (exists) {
        throw new EcrError(
            "LayerAlreadyExistsException",
            "Layer with digest '%s' already exists in %s".formatted(digest, target.inWords()));
      }
      return new Response(target.registryId(), target.name(), upload.id(), digest.toString());
    }
  }

  private static void check(Target target, Upload upload, List<Digest> digests) throws IOException {
    if (upload.size() == 0) {
      throw new EcrError(
          "EmptyUploadException",
          "The upload with id '%s' to %s has no parts".formatted(upload.id(), target.inWords()));
    }
    if (upload.smallestInnerPart() < SMALLEST_PART) {
      throw new EcrError(
          "LayerPartTooSmallException",
          "A layer part has %d bytes; all but the last have at least %d"
              .formatted(upload.smallestInnerPart(), SMALLEST_PART));
    }
    for (Digest digest : digests) {
      Digest found = upload.digest(digest.algorithm());
      if (!found.equals(digest)) {
        throw new EcrError(
            "InvalidLayerException",
            "Layer digest '%s' does not match the uploaded layer's, '%s'".formatted(digest, found));
      }
    }
  }
}
