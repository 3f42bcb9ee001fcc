package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.store.Upload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Receives the next part of a layer. */
final class UploadLayerPart implements EcrOperation<UploadLayerPart.Request> {
  /** LayerPartBlob in the model of ECR's API, in bytes. */
  static final int LARGEST_PART = 20_971_520;

  /** ECR's quota "Layer parts". */
  private static final int MOST_PARTS = 4200;

  record Request(
      @Nullable String registryId,
      @Nullable String repositoryName,
      @Nullable String uploadId,
      @Nullable Long partFirstByte,
      @Nullable Long partLastByte,
      @Nullable ByteBuffer layerPartBlob) {}

  record Response(
      String registryId, String repositoryName, String uploadId, long lastByteReceived) {}

  private final Repositories repositories;

  UploadLayerPart(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public Class<Request> requestType() {
    return Request.class;
  }

  @Override
  public @Nullable Request read(byte[] body) {
    return LayerPartJson.read(body);
  }

  @Override
  public Response answer(Request request, Call call) throws IOException {
    long first = Parameters.required("partFirstByte", request.partFirstByte());
    long last = Parameters.required("partLastByte", request.partLastByte());
    ByteBuffer part = Parameters.required("layerPartBlob", request.layerPartBlob());
    int length = part.remaining();
    if (length > LARGEST_PART) {
      throw EcrError.constraint(
          "layerPartBlob", "Member must have length less than or equal to " + LARGEST_PART);
    }
    Target target = repositories.find(request.registryId(), request.repositoryName());
    Upload upload = target.upload(request.uploadId(), call);
    try (var _ = upload.hold()) {
      if (call.fault() instanceof ApiFault.PartCutShort(long lastValid)) {
        upload.cutShort(part, lastValid + 1);
        throw invalid(target, upload, "The part was cut short");
      }
      if (first != upload.size()) {
        throw invalid(
            target,
            upload,
            "The part's first byte is %d, not the one after the last received byte"
                .formatted(first));
      }
      if (length == 0) {
        throw invalid(target, upload, "The part has no bytes");
      }
      if (last - first + 1 != length) {
        throw invalid(
            target,
            upload,
            "The part has %d bytes, and not those from %d to %d".formatted(length, first, last));
      }
      if (upload.parts() == MOST_PARTS) {
        throw new EcrError(
            "LimitExceededException", "A layer has at most " + MOST_PARTS + " parts");
      }
      upload.append(part);
      return new Response(target.registryId(), target.name(), upload.id(), upload.size() - 1);
    }
  }

  /** The last valid byte is -1 if no byte was received. */
  private static EcrError invalid(Target target, Upload upload, String why) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("registryId", target.registryId());
    members.put("repositoryName", target.name());
    members.put("uploadId", upload.id());
    members.put("lastValidByteReceived", upload.size() - 1);
    return new EcrError(400, "InvalidLayerPartException", why, members);
  }
}
