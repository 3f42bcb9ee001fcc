package io.github.ecrcontainerd.ecr.internal.upload;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all uploads of one resolver: bytes that the registry doesn't have yet, in reusable
 * chunks.
 *
 * <p>An upload acquires the room for one part before it begins, while it holds nothing that another
 * upload may need, and keeps it until it ends. It never waits for more room. So uploads can't
 * deadlock, even if their sources share buffers.
 */
public final class UploadBudget {
  static final int CHUNK_BYTES = 1 << 20;

  /**
   * Room for three parts of 10 MiB, the size that ECR asks for. That is more than is needed to keep
   * a link busy.
   */
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

  /** Releases room. When no upload holds any, the idle chunks are freed for the application. */
  private synchronized void release(int chunks) {
    free.release(chunks);
    if (free.availablePermits() == MAX_CHUNKS) {
      idle.clear();
    }
  }

  /** The room of one upload. For one thread at a time. */
  final class Room implements AutoCloseable {
    private final int own;
    private int taken;

    private Room(int own) {
      this.own = own;
    }

    /**
     * Takes a chunk of the upload's own room, or one that no other upload waits for; null if there
     * is none.
     */
    byte @Nullable [] take() {
      boolean more = taken < own || (!free.hasQueuedThreads() && free.tryAcquire());
      if (!more) {
        return null;
      }
      taken++;
      return chunk();
    }

    /** Gives back a chunk of {@link #take}. */
    void giveBack(byte[] chunk) {
      UploadBudget.this.giveBack(chunk);
      if (taken > own) {
        release(1);
      }
      taken--;
    }

    /** Releases the upload's own room. All chunks must have been given back. */
    @Override
    public void close() {
      release(own);
    }
  }
}
