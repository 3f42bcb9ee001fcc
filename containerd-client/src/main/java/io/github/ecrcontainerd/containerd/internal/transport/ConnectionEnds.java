package io.github.ecrcontainerd.containerd.internal.transport;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the ends of a channel's connections, for threads that wait for the next one. Failed
 * attempts to connect don't count: a daemon that was never there can't go away, and the first call
 * tells so. Safe for use by several threads.
 */
public final class ConnectionEnds {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private long count;

  /** How many there have been. */
  public long count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until there have been more.
   *
   * @param known an earlier {@link #count}
   */
  public void awaitMoreThan(long known) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (count <= known) {
        ended.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Counts one more. */
  public void add() {
    lock.lock();
    try {
      count++;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
