package io.github.ecrcontainerd.containerd.internal.service;

import com.google.protobuf.FieldMask;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.content.ContentInfo;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.containerd.internal.proto.content.AbortRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.ContentGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.content.DeleteContentRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.Info;
import io.github.ecrcontainerd.containerd.internal.proto.content.InfoRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.ListContentRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.ListStatusesRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.Status;
import io.github.ecrcontainerd.containerd.internal.proto.content.StatusRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.UpdateRequest;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

record GrpcContentStore(Rpc rpc) implements ContentStore {
  private static final int ABORT_ATTEMPTS = 10;
  private static final long ABORT_PAUSE_MILLIS = 50;

  @Override
  public Optional<ContentInfo> info(Digest digest) throws InterruptedException {
    var request = InfoRequest.newBuilder().setDigest(digest.toString()).build();
    return rpc.find(ContentGrpc.getInfoMethod(), request, digest.toString())
        .map(response -> info(response.getInfo()));
  }

  @Override
  public ContentInfo updateLabels(Digest digest, Map<String, String> labels)
      throws InterruptedException {
    var mask = FieldMask.newBuilder();
    labels.keySet().forEach(key -> mask.addPaths("labels." + key));
    var request =
        UpdateRequest.newBuilder()
            .setInfo(Info.newBuilder().setDigest(digest.toString()).putAllLabels(labels))
            .setUpdateMask(mask)
            .build();
    return info(rpc.call(ContentGrpc.getUpdateMethod(), request, digest.toString()).getInfo());
  }

  @Override
  public List<ContentInfo> list(String... filters) throws InterruptedException {
    var request = ListContentRequest.newBuilder().addAllFilters(List.of(filters)).build();
    return rpc.collect(ContentGrpc.getListMethod(), request, "").stream()
        .flatMap(response -> response.getInfoList().stream())
        .map(GrpcContentStore::info)
        .toList();
  }

  @Override
  public boolean delete(Digest digest) throws InterruptedException {
    var request = DeleteContentRequest.newBuilder().setDigest(digest.toString()).build();
    return rpc.remove(ContentGrpc.getDeleteMethod(), request, digest.toString());
  }

  @Override
  public BlobReader read(Digest digest, long offset) {
    return new GrpcContentReader(rpc, digest, offset, GrpcContentReader.TO_THE_END);
  }

  @Override
  public BlobReader read(Digest digest, long offset, long size) {
    if (size < 1) {
      throw new IllegalArgumentException("A range has at least one byte, not " + size);
    }
    return new GrpcContentReader(rpc, digest, offset, size);
  }

  @Override
  public byte[] readAll(Digest digest, int most) throws InterruptedException {
    var content = new ByteArrayOutputStream();
    try (BlobReader reader = read(digest, 0)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        if (content.size() + bytes.remaining() > most) {
          throw new ContainerdException(
              Code.RESOURCE_EXHAUSTED,
              "Content.Read",
              digest.toString(),
              "it is larger than the limit of %d bytes".formatted(most),
              null);
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        content.writeBytes(copy);
      }
    }
    return content.toByteArray();
  }

  @Override
  public Optional<Ingest> ingest(String ref, Digest expected, long size)
      throws InterruptedException {
    return new IngestOpening(rpc, this, ref, expected, size).open();
  }

  @Override
  public Optional<IngestStatus> status(String ref) throws InterruptedException {
    var request = StatusRequest.newBuilder().setRef(ref).build();
    return rpc.find(ContentGrpc.getStatusMethod(), request, ref)
        .map(response -> status(response.getStatus()));
  }

  @Override
  public List<IngestStatus> statuses(String... filters) throws InterruptedException {
    var request = ListStatusesRequest.newBuilder().addAllFilters(List.of(filters)).build();
    return rpc.call(ContentGrpc.getListStatusesMethod(), request, "").getStatusesList().stream()
        .map(GrpcContentStore::status)
        .toList();
  }

  @Override
  public boolean abort(String ref) throws InterruptedException {
    var request = AbortRequest.newBuilder().setRef(ref).build();
    for (int attempt = 1; ; attempt++) {
      try {
        return rpc.remove(ContentGrpc.getAbortMethod(), request, ref);
      } catch (ContainerdException e) {
        if (attempt == ABORT_ATTEMPTS || !isRace(e)) {
          throw e;
        }
        Thread.sleep(ABORT_PAUSE_MILLIS);
      }
    }
  }

  /**
   * containerd removes the ingest's directory without a lock. Another client that opens the ref at
   * that moment can create a file in it meanwhile.
   */
  private static boolean isRace(ContainerdException e) {
    return String.valueOf(e.getMessage()).contains("directory not empty");
  }

  private static ContentInfo info(Info wire) {
    return new ContentInfo(
        Wire.digest(wire.getDigest()),
        wire.getSize(),
        Wire.instant(wire.getCreatedAt()),
        Wire.instant(wire.getUpdatedAt()),
        wire.getLabelsMap());
  }

  private static IngestStatus status(Status wire) {
    return new IngestStatus(
        wire.getRef(),
        wire.getOffset(),
        wire.getTotal(),
        wire.getExpected().isEmpty()
            ? Optional.empty()
            : Optional.of(Wire.digest(wire.getExpected())),
        Wire.instant(wire.getStartedAt()),
        Wire.instant(wire.getUpdatedAt()));
  }
}
