package io.github.ecrcontainerd.ecr.internal.download;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many requests one host may have at a time. There is no limit until the host asks to go slower
 * (503 SlowDown, 429). Then it is half of the requests in progress, once for each round trip, and
 * each request that succeeds adds one, until the limit is as high as it was at the first such
 * answer.
 */
final class HostLimit {
  /** After this time a request is sent in any case, so that no two requests wait for each other. */
  private final Duration maxWait;

  private final ReentrantLock lock = new ReentrantLock(true);
  private final Condition changed = lock.newCondition();
  private int limit = Integer.MAX_VALUE;
  private int enough;
  private int inProgress;
  private long reduced;

  HostLimit(Duration maxWait) {
    this.maxWait = maxWait;
  }

  /**
   * Waits until a request may be sent. Each call is followed by one of {@link #end}.
   *
   * @return when it may be sent, for {@link #slowDown}
   */
  long begin() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = maxWait.toNanos();
      while (inProgress >= limit && left > 0) {
        left = changed.awaitNanos(left);
      }
      inProgress++;
      return System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** A request has ended. */
  void end(boolean succeeded) {
    lock.lock();
    try {
      inProgress--;
      if (succeeded && isReduced() && ++limit >= enough) {
        limit = Integer.MAX_VALUE;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The host asked to go slower.
   *
   * @param begun when the request began that got the answer
   */
  void slowDown(long begun) {
    lock.lock();
    try {
      if (isReduced() && begun - reduced < 0) {
        return;
      }
      enough = isReduced() ? enough : inProgress;
      limit = Math.max(1, Math.min(limit, inProgress) / 2);
      reduced = System.nanoTime();
    } finally {
      lock.unlock();
    }
  }

  /** Whether the host has asked to go slower, and the limit has not recovered yet. */
  boolean isReduced() {
    lock.lock();
    try {
      return limit != Integer.MAX_VALUE;
    } finally {
      lock.unlock();
    }
  }

  /** How many requests there may be at a time now. */
  int limit() {
    lock.lock();
    try {
      return limit;
    } finally {
      lock.unlock();
    }
  }
}
