package io.github.ecrcontainerd.containerd.internal.service;

import com.google.protobuf.UnsafeByteOperations;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteAction;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentRequest;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An ingest over a Write stream, in messages of up to 1 MiB. The unanswered messages of all ingests
 * of a client are limited together: docs/architecture.md, "Transport". Large pieces are sent from
 * the caller's buffer without a copy; smaller ones are first collected in a buffer, whose rest is
 * sent with the commit. The daemon hashes the bytes and refuses a commit on a digest mismatch; this
 * class hashes nothing.
 */
final class GrpcIngest implements Ingest {
  private static final int LARGEST_MESSAGE = 1 << 20;

  /**
   * The minimum size to send directly. Smaller pieces are collected, because the daemon answers
   * each message.
   */
  private static final int WORTHWHILE = 256 << 10;

  /**
   * How long after the last message a collected piece is sent although it is small. A killed
   * process would lose the collected bytes, which matters over a slow link.
   */
  private static final long COMPANY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** The deadline of a commit, which waits until all bytes are on the disk. */
  private static final Duration COMMIT_PATIENCE = Duration.ofHours(1);

  private final WriteStream stream;
  private final Duration patience;
  private final ContentStore store;
  private final String ref;
  private final Digest expected;
  private final long size;
  private long sent;
  private @Nullable ByteBuffer pending;
  private long sentAt = System.nanoTime();
  private boolean ended;

  /**
   * @param stream a stream whose first message has been answered
   * @param patience how long to wait for the daemon to accept a message
   * @param offset the offset in that answer
   */
  GrpcIngest(
      WriteStream stream,
      Duration patience,
      ContentStore store,
      String ref,
      Digest expected,
      long size,
      long offset) {
    this.stream = stream;
    this.patience = patience;
    this.store = store;
    this.ref = ref;
    this.expected = expected;
    this.size = size;
    this.sent = offset;
  }

  @Override
  public long offset() {
    return sent + pendingBytes();
  }

  @Override
  public void write(ByteBuffer bytes) throws InterruptedException {
    requireOpen();
    if (bytes.remaining() > size - offset()) {
      throw wrong("received more than the expected %d bytes".formatted(size));
    }
    try {
      while (bytes.hasRemaining()) {
        if (bytes.remaining() >= WORTHWHILE) {
          sendCollected();
          int length = Math.min(bytes.remaining(), LARGEST_MESSAGE);
          ByteBuffer message = bytes.slice(bytes.position(), length);
          bytes.position(bytes.position() + length);
          sendWrite(message);
        } else {
          collect(bytes);
        }
      }
    } catch (ContainerdException | InterruptedException e) {
      cancel();
      throw e;
    }
  }

  /** A WRITE at offset 0 truncates the ingest, even without data. */
  @Override
  public void truncate() throws InterruptedException {
    requireOpen();
    pending = null;
    sent = 0;
    try {
      sendWrite(ByteBuffer.allocate(0));
    } catch (ContainerdException | InterruptedException e) {
      cancel();
      throw e;
    }
  }

  /** Collects small pieces, and sends them once they are large enough or old enough. */
  private void collect(ByteBuffer bytes) throws InterruptedException {
    if (pending == null) {
      pending = ByteBuffer.allocate((int) Math.min(WORTHWHILE, size - sent));
    }
    int count = Math.min(pending.remaining(), bytes.remaining());
    pending.put(bytes.slice(bytes.position(), count));
    bytes.position(bytes.position() + count);
    if (pending.position() == WORTHWHILE || System.nanoTime() - sentAt >= COMPANY_NANOS) {
      sendCollected();
    }
  }

  private void sendCollected() throws InterruptedException {
    if (pending != null && pending.position() > 0) {
      sendWrite(pending.flip());
      pending.clear();
    }
  }

  private int pendingBytes() {
    return pending == null ? 0 : pending.position();
  }

  private void sendWrite(ByteBuffer message) throws InterruptedException {
    WriteContentRequest request =
        WriteContentRequest.newBuilder()
            .setAction(WriteAction.WRITE)
            .setOffset(sent)
            .setData(UnsafeByteOperations.unsafeWrap(message.duplicate()))
            .build();
    stream.send(request, patience);
    sent += message.remaining();
    sentAt = System.nanoTime();
  }

  @Override
  public Outcome commit(Map<String, String> labels) throws InterruptedException {
    requireOpen();
    if (offset() != size) {
      throw wrong("got %d of %d bytes".formatted(offset(), size));
    }
    ByteBuffer last = pending == null ? ByteBuffer.allocate(0) : pending.flip();
    try {
      stream.send(
          WriteContentRequest.newBuilder()
              .setAction(WriteAction.COMMIT)
              .setTotal(size)
              .setExpected(expected.toString())
              .setOffset(sent)
              .setData(UnsafeByteOperations.unsafeWrap(last))
              .putAllLabels(labels)
              .build(),
          patience);
      var _ = stream.awaitAnswers(COMMIT_PATIENCE);
      ended = true;
      stream.settle();
      return Outcome.COMMITTED;
    } catch (ContainerdException e) {
      cancel();
      if (e.code() == Code.ALREADY_EXISTS) {
        return Outcome.ALREADY_EXISTS;
      }
      throw e.code() == Code.FAILED_PRECONDITION ? discarded(e) : e;
    } catch (InterruptedException e) {
      cancel();
      throw e;
    }
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException("The ingest " + ref + " has ended");
    }
  }

  private ContainerdException wrong(String reason) throws InterruptedException {
    return discarded(
        new ContainerdException(Code.FAILED_PRECONDITION, "Content.Write", ref, reason, null));
  }

  /** Aborts, so that no later ingest resumes after wrong bytes. Returns the original failure. */
  private ContainerdException discarded(ContainerdException failure) throws InterruptedException {
    try {
      abort();
    } catch (ContainerdException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  @Override
  public void abort() throws InterruptedException {
    ended = true;
    // Wait for the daemon first: it would recreate files that are removed during its write.
    stream.settle();
    store.abort(ref);
  }

  private void cancel() {
    ended = true;
    stream.cancel();
  }

  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    try {
      sendCollected();
      stream.settle();
    } catch (ContainerdException e) {
      // The unsent bytes are lost; the next ingest writes them again.
      stream.cancel();
    } catch (InterruptedException e) {
      stream.cancel();
      Thread.currentThread().interrupt();
    }
  }
}
