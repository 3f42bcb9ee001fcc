package io.github.ecrcontainerd.ecr.internal.rate;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The calls of one operation: a token for each, which the rate renews. It holds the tokens of one
 * second at most, so a process may make its first calls at once. Callers get their tokens in the
 * order in which they came. Each waits on its own thread; there is no other thread. Safe for use by
 * several threads.
 */
public final class TokenBucket {
  private static final double NANOS = 1e9;

  private final Pacer pacer;
  private final AdaptiveRate rate;

  /** Held by the caller whose turn it is, while it waits for its token. Fair, so in order. */
  private final ReentrantLock turn = new ReentrantLock(true);

  /** Guards the rate and the tokens. Nothing waits while it is held. */
  private final ReentrantLock lock = new ReentrantLock();

  private double tokens;
  private long filled;

  TokenBucket(double quota, Pacer pacer) {
    this.pacer = pacer;
    this.filled = pacer.nanoTime();
    this.rate = new AdaptiveRate(quota, filled);
    this.tokens = quota;
  }

  /**
   * Waits for a token and takes it.
   *
   * @param limit how long to wait for the other callers and for the token; a token that is there is
   *     taken also if this is zero or less
   * @return when the token was taken, for {@link #throttled}
   * @throws TimeoutException if there was no token in this time; none is taken
   * @throws InterruptedException if the thread is interrupted; it takes no token
   */
  public long take(Duration limit) throws InterruptedException, TimeoutException {
    long most = TimeUnit.NANOSECONDS.convert(limit);
    long began = pacer.nanoTime();
    // With a time, because only then it is fair, and it is interruptible.
    if (!turn.tryLock(most, TimeUnit.NANOSECONDS)) {
      throw new TimeoutException("other calls wait for a token");
    }
    try {
      while (true) {
        long wait = nanosToToken();
        if (wait == 0) {
          return pacer.nanoTime();
        }
        long left = most - (pacer.nanoTime() - began);
        if (left <= 0) {
          throw new TimeoutException("no token yet");
        }
        // The rate may fall meanwhile, so the bucket is asked again.
        pacer.sleep(Math.min(wait, left));
      }
    } finally {
      turn.unlock();
    }
  }

  /** Takes a token if there is one, otherwise returns how long to wait before the next try. */
  private long nanosToToken() {
    lock.lock();
    try {
      long now = pacer.nanoTime();
      double perSecond = fill(now);
      if (tokens >= 1) {
        tokens--;
        return 0;
      }
      return (long) Math.ceil((1 - tokens) / perSecond * NANOS) + 1;
    } finally {
      lock.unlock();
    }
  }

  private double fill(long now) {
    double perSecond = rate.at(now);
    tokens = Math.min(Math.max(1, perSecond), tokens + (now - filled) / NANOS * perSecond);
    filled = now;
    return perSecond;
  }

  /** The registry accepted a call, whether it succeeded or not. */
  public void accepted() {
    lock.lock();
    try {
      rate.accepted(pacer.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /**
   * The registry throttled a call: the rate falls, and the saved tokens are lost.
   *
   * @param taken when the call's token was taken
   */
  public void throttled(long taken) {
    lock.lock();
    try {
      long now = pacer.nanoTime();
      if (rate.throttled(taken, now)) {
        tokens = 0;
        filled = now;
      }
    } finally {
      lock.unlock();
    }
  }

  /** The calls a second that may be made now. */
  double rate() {
    lock.lock();
    try {
      return rate.at(pacer.nanoTime());
    } finally {
      lock.unlock();
    }
  }
}
