package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.internal.proto.content.ContentGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.content.ReadContentRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.ReadContentResponse;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call of Content.Read, which prefetches a few messages. */
final class GrpcContentReader implements BlobReader {
  static final long TO_THE_END = 0;

  /** The number of prefetched messages, of up to 1 MiB each. */
  private static final int MESSAGES_AHEAD = 2;

  /** A message from the daemon: data, or the end of the stream. */
  private sealed interface Event {
    record Data(ByteBuffer bytes) implements Event {}

    record End(Status status) implements Event {}
  }

  private final Rpc rpc;
  private final Digest digest;
  private final long offset;
  private final long size;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private @Nullable ClientCall<ReadContentRequest, ReadContentResponse> call;
  private Event.@Nullable End end;
  private long received;

  /**
   * @param size the number of bytes, or {@link #TO_THE_END}
   */
  GrpcContentReader(Rpc rpc, Digest digest, long offset, long size) {
    if (offset < 0) {
      throw new IllegalArgumentException("An offset can't be negative: " + offset);
    }
    this.rpc = rpc;
    this.digest = digest;
    this.offset = offset;
    this.size = size;
  }

  @Override
  public @Nullable ByteBuffer read() throws InterruptedException {
    if (call == null) {
      call = start();
    }
    while (end == null) {
      switch (next()) {
        case Event.Data(ByteBuffer bytes) -> {
          call.request(1);
          if (bytes.hasRemaining()) {
            received += bytes.remaining();
            return bytes;
          }
        }
        case Event.End last -> end = last;
      }
    }
    if (!end.status().isOk()) {
      throw rpc.error(
          end.status(),
          ContentGrpc.getReadMethod(),
          digest.toString(),
          end.status().asRuntimeException());
    }
    // containerd truncates a range that is too long without an error.
    if (size != TO_THE_END && received != size) {
      throw new ContainerdException(
          Code.OUT_OF_RANGE,
          "Content.Read",
          digest.toString(),
          "it has only %d of the requested %d bytes from offset %d"
              .formatted(received, size, offset),
          null);
    }
    return null;
  }

  private Event next() throws InterruptedException {
    Duration patience = received == 0 ? rpc.deadline() : rpc.streamDeadline();
    Event event = events.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    return event != null ? event : new Event.End(Status.DEADLINE_EXCEEDED);
  }

  private ClientCall<ReadContentRequest, ReadContentResponse> start() {
    ClientCall<ReadContentRequest, ReadContentResponse> started =
        rpc.open(ContentGrpc.getReadMethod());
    started.start(new Listener(), new Metadata());
    started.request(MESSAGES_AHEAD);
    started.sendMessage(
        ReadContentRequest.newBuilder()
            .setDigest(digest.toString())
            .setOffset(offset)
            .setSize(size)
            .build());
    started.halfClose();
    return started;
  }

  @Override
  public void close() {
    if (end == null) {
      end = new Event.End(Status.CANCELLED.withDescription("the reader is closed"));
    }
    if (call != null) {
      call.cancel("closed", null); // No effect if the call has ended.
    }
  }

  private final class Listener extends ClientCall.Listener<ReadContentResponse> {
    @Override
    public void onMessage(ReadContentResponse message) {
      events.add(new Event.Data(message.getData().asReadOnlyByteBuffer()));
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      events.add(new Event.End(status));
    }
  }
}
