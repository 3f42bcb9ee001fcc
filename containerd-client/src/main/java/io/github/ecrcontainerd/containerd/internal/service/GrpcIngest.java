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
 * An ingest over a Write stream, in messages of up to 1 MiB, of which few are unanswered, of all
 * ingests of a client together: docs/architecture.md, "Transport". What comes in pieces of that
 * size goes out of the caller's buffer; smaller ones are copied together first. What is left of
 * these is sent with the commit. The daemon hashes what it is sent, and refuses the commit of what
 * hasn't the digest that was asked for; nothing is hashed here.
 */
final class GrpcIngest implements Ingest {
  private static final int LARGEST_MESSAGE = 1 << 20;

  /** Smaller ones are copied together: each message is answered. */
  private static final int WORTHWHILE = 256 << 10;

  /**
   * So long after the last message they are sent without more company: over a slow link they are
   * what a process that is killed would lose.
   */
  private static final long COMPANY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** For a commit, which waits for all bytes to be on the disk. */
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
   * @param patience with the daemon, for it to take a message
   * @param offset what that answer said
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
      throw wrong("got more than the %d bytes that it has to have".formatted(size));
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

  /** A WRITE at offset 0 truncates, also where it brings nothing. */
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

  /** Moves bytes to those that wait for company, and sends these once they are worth it. */
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

  /**
   * Aborts, so that no later ingest goes on behind wrong bytes; the failure itself is told first.
   */
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
    // Files that the daemon removes while it writes them would come back.
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
      // What could not be sent is not there at the next try: no more than that.
      stream.cancel();
    } catch (InterruptedException e) {
      stream.cancel();
      Thread.currentThread().interrupt();
    }
  }
}
