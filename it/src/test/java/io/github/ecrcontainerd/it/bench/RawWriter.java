package io.github.ecrcontainerd.it.bench;

import com.google.protobuf.UnsafeByteOperations;
import io.github.ecrcontainerd.containerd.internal.ffm.UnixSocket;
import io.github.ecrcontainerd.containerd.internal.proto.content.ContentGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteAction;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentResponse;
import io.github.ecrcontainerd.containerd.internal.transport.DaemonChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;

/**
 * The least that brings bytes into the content store: a Write stream of messages of 4 MiB from
 * memory, two of them unanswered, and nothing else. What our ingest is compared with.
 */
final class RawWriter implements StreamObserver<WriteContentResponse> {
  private static final int MESSAGE = 4 << 20;
  private static final int UNANSWERED = 2;

  private final Semaphore free = new Semaphore(UNANSWERED);
  private final CompletableFuture<Boolean> end = new CompletableFuture<>();

  private RawWriter() {}

  /** Writes a blob to the daemon at a socket, in the namespace "default". Returns the seconds. */
  static double write(Path socket, Blob blob) throws InterruptedException {
    Metadata namespace = new Metadata();
    namespace.put(
        Metadata.Key.of("containerd-namespace", Metadata.ASCII_STRING_MARSHALLER), "default");
    try (DaemonChannel channel = new DaemonChannel(UnixSocket::connect, socket)) {
      RawWriter writer = new RawWriter();
      long start = System.nanoTime();
      writer.write(
          ContentGrpc.newStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(namespace))
              .write(writer),
          blob);
      return Child.since(start);
    }
  }

  private void write(StreamObserver<WriteContentRequest> requests, Blob blob)
      throws InterruptedException {
    WriteContentRequest about =
        WriteContentRequest.newBuilder()
            .setRef("bench")
            .setTotal(blob.size())
            .setExpected(blob.digest().toString())
            .build();
    send(requests, about.toBuilder().setAction(WriteAction.STAT).build());
    long offset = 0;
    while (offset < blob.size()) {
      ByteBuffer part = blob.part();
      while (part.hasRemaining()) {
        ByteBuffer message = part.slice(part.position(), Math.min(MESSAGE, part.remaining()));
        part.position(part.position() + message.remaining());
        send(
            requests,
            WriteContentRequest.newBuilder()
                .setAction(WriteAction.WRITE)
                .setOffset(offset)
                .setData(UnsafeByteOperations.unsafeWrap(message))
                .build());
        offset += message.remaining();
      }
    }
    send(requests, about.toBuilder().setAction(WriteAction.COMMIT).setOffset(offset).build());
    requests.onCompleted();
    var _ = end.join();
  }

  private void send(StreamObserver<WriteContentRequest> requests, WriteContentRequest message)
      throws InterruptedException {
    free.acquire();
    if (end.isCompletedExceptionally()) {
      end.join();
    }
    requests.onNext(message);
  }

  @Override
  public void onNext(WriteContentResponse answer) {
    free.release();
  }

  @Override
  public void onError(Throwable failure) {
    end.completeExceptionally(failure);
    free.release();
  }

  @Override
  public void onCompleted() {
    end.complete(true);
  }
}
