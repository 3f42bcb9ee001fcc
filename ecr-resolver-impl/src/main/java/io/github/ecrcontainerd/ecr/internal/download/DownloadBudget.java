package io.github.ecrcontainerd.ecr.internal.download;

import java.util.ArrayDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What all downloads of one resolver have together: so many connections, and so many bytes in
 * buffers. A range needs one connection and one buffer. Waiters are served in the order in which
 * they came, and full-size buffers are used again.
 *
 * <p>Memory is taken before a connection, and a connection is given back without waiting for
 * memory, so the two can't block each other.
 */
final class DownloadBudget {
  private final int largest;
  private final Semaphore bytes;
  private final Semaphore connections;
  private final ArrayDeque<byte[]> idle = new ArrayDeque<>();

  /**
   * @param connections how many there may be at a time
   * @param budgetBytes how many bytes the buffers may have together
   * @param largest the size of the largest buffer, in bytes
   */
  DownloadBudget(int connections, int budgetBytes, int largest) {
    this.largest = Math.min(largest, budgetBytes);
    this.bytes = new Semaphore(budgetBytes, true);
    this.connections = new Semaphore(connections, true);
  }

  /** The size of the largest buffer, in bytes. */
  int largest() {
    return largest;
  }

  /** A connection, and a buffer of at least so many bytes, as soon as there are both. */
  byte[] take(int size) throws InterruptedException {
    bytes.acquire(charged(size));
    try {
      connections.acquire();
    } catch (InterruptedException e) {
      bytes.release(charged(size));
      throw e;
    }
    return buffer(size);
  }

  /** Both, if there are both now and nobody waits for them; else {@code null}. */
  byte @Nullable [] takeNow(int size) throws InterruptedException {
    // With a time-out of 0 and not without one: that would overtake those who wait.
    if (!bytes.tryAcquire(charged(size), 0, TimeUnit.SECONDS)) {
      return null;
    }
    if (!connections.tryAcquire(0, TimeUnit.SECONDS)) {
      bytes.release(charged(size));
      return null;
    }
    return buffer(size);
  }

  /** Ends the use of a buffer, which nobody writes to any more. */
  void giveBack(byte[] buffer) {
    if (buffer.length == largest) {
      synchronized (idle) {
        idle.push(buffer);
      }
    }
    bytes.release(buffer.length);
  }

  void giveBackConnection() {
    connections.release();
  }

  private byte[] buffer(int size) {
    if (charged(size) == largest) {
      synchronized (idle) {
        if (!idle.isEmpty()) {
          return idle.pop();
        }
      }
    }
    return new byte[charged(size)];
  }

  /** Large ones are rounded up to the size that is used again. */
  private int charged(int size) {
    return size > largest / 2 ? largest : size;
  }
}
