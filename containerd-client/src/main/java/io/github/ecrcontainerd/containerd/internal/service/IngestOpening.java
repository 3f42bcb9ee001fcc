package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteAction;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentRequest;
import io.github.ecrcontainerd.containerd.internal.proto.content.WriteContentResponse;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.resolver.Digest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Opens an ingest. A ref has one writer at a time, in this or another process. A later writer waits
 * for the blob, or for the end of the other ingest, as containerd's own client does.
 */
final class IngestOpening {
  /** After this time without a new byte, the other writer is considered stuck. */
  private static final Duration STUCK = Duration.ofSeconds(60);

  private static final long FIRST_PAUSE_MILLIS = 16;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final Rpc rpc;
  private final ContentStore store;
  private final String ref;
  private final Digest expected;
  private final long size;

  IngestOpening(Rpc rpc, ContentStore store, String ref, Digest expected, long size) {
    if (ref.isEmpty() || size < 0) {
      throw new IllegalArgumentException("An ingest has a ref, and a size that is not negative");
    }
    this.rpc = rpc;
    this.store = store;
    this.ref = ref;
    this.expected = expected;
    this.size = size;
  }

  /** Opens the ingest; empty if the store has the blob already. */
  Optional<Ingest> open() throws InterruptedException {
    long pause = FIRST_PAUSE_MILLIS;
    long othersOffset = -1;
    long othersProgress = System.nanoTime();
    while (true) {
      try {
        return Optional.of(tryToOpen());
      } catch (ContainerdException e) {
        if (e.code() == Code.ALREADY_EXISTS) {
          return Optional.empty();
        }
        if (e.code() != Code.UNAVAILABLE || !isLocked(e)) {
          throw e;
        }
        long offset = store.status(ref).map(IngestStatus::offset).orElse(-1L);
        if (offset != othersOffset) {
          othersOffset = offset;
          othersProgress = System.nanoTime();
        } else if (System.nanoTime() - othersProgress > STUCK.toNanos()) {
          throw new ContainerdException(
              Code.UNAVAILABLE,
              "Content.Write",
              ref,
              "another client is writing it and has written no byte for %d s: stop that client, or try later"
                  .formatted(STUCK.toSeconds()),
              e);
        }
        Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause + 1));
        pause = Math.min(pause * 2, LONGEST_PAUSE_MILLIS);
      }
    }
  }

  /**
   * A locked ref is recognizable only by containerd's message: {@code ref ... locked for 2s (since
   * ...)}.
   */
  private static boolean isLocked(ContainerdException e) {
    return String.valueOf(e.getMessage()).contains("locked");
  }

  private Ingest tryToOpen() throws InterruptedException {
    WriteStream stream = new WriteStream(rpc, ref);
    try {
      stream.send(
          WriteContentRequest.newBuilder()
              .setAction(WriteAction.STAT)
              .setRef(ref)
              .setTotal(size)
              .setExpected(expected.toString())
              .build(),
          rpc.deadline());
      WriteContentResponse state = stream.awaitAnswers(rpc.deadline());
      return new GrpcIngest(
          stream, rpc.streamDeadline(), store, ref, expected, size, state.getOffset());
    } catch (ContainerdException | InterruptedException e) {
      stream.cancel();
      throw e;
    }
  }
}
