package io.github.ecrcontainerd.ecr.internal.upload;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * What all uploads of one resolver may hold in memory: bytes that the registry doesn't have yet, in
 * chunks that are used again.
 *
 * <p>An upload waits for the room of one part before it begins, when it holds nothing that another
 * may want, and keeps it to its end; for more than that it never waits. So no two can wait for each
 * other, also where their sources share buffers.
 */
public final class UploadBudget {
  static final int CHUNK_BYTES = 1 << 20;

  /** Room for three parts of the 10 MiB that ECR asks for: more than a link needs to be busy. */
  private static final int MAX_CHUNKS = 33;

  private final Semaphore free = new Semaphore(MAX_CHUNKS, true);
  private final Deque<byte[]> idle = new ArrayDeque<>();

  /** Waits for room for an upload, in chunks. */
  Room room(int chunks) throws InterruptedException {
    free.acquire(chunks);
    return new Room(chunks);
  }

  private synchronized byte[] chunk() {
    byte[] used = idle.poll();
    return used == null ? new byte[CHUNK_BYTES] : used;
  }

  private synchronized void giveBack(byte[] chunk) {
    idle.push(chunk);
  }

  /** Between uploads an application wants its memory back. */
  private synchronized void release(int chunks) {
    free.release(chunks);
    if (free.availablePermits() == MAX_CHUNKS) {
      idle.clear();
    }
  }

  /** What one upload may hold. For one thread at a time. */
  final class Room implements AutoCloseable {
    private final int own;
    private int taken;

    private Room(int own) {
      this.own = own;
    }

    /**
     * Takes a chunk: of the upload's own, or one that no other upload waits for; null if there is
     * none.
     */
    byte @Nullable [] take() {
      boolean more = taken < own || (!free.hasQueuedThreads() && free.tryAcquire());
      if (!more) {
        return null;
      }
      taken++;
      return chunk();
    }

    /** Gives one back that {@link #take} gave. */
    void giveBack(byte[] chunk) {
      UploadBudget.this.giveBack(chunk);
      if (taken > own) {
        release(1);
      }
      taken--;
    }

    /** Ends the upload's own room, when all chunks are given back. */
    @Override
    public void close() {
      release(own);
    }
  }
}
