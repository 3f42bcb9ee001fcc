package io.github.ecrcontainerd.ecr.internal.mirror;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long a mirror that failed is left alone: 30 s, and twice as long after each further failure,
 * up to 5 min. Safe for several threads.
 */
final class Rest {
  static final Duration FIRST = Duration.ofSeconds(30);
  static final Duration LONGEST = Duration.ofMinutes(5);

  private final LongSupplier nanoTime;
  private Duration last = Duration.ZERO;
  private long end;

  /**
   * @param nanoTime the time in nanoseconds, as {@link System#nanoTime}
   */
  Rest(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  synchronized boolean isOver() {
    return last.isZero() || end - nanoTime.getAsLong() <= 0;
  }

  /**
   * Begins a rest. Failures during a rest are those of requests that were already on their way, so
   * they don't make it longer.
   *
   * @return how long it takes; zero if a rest had already begun
   */
  synchronized Duration begin() {
    if (!isOver()) {
      return Duration.ZERO;
    }
    Duration doubled = last.multipliedBy(2);
    last = last.isZero() ? FIRST : doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    end = nanoTime.getAsLong() + last.toNanos();
    return last;
  }

  /** The mirror works again. */
  synchronized void reset() {
    if (isOver()) {
      last = Duration.ZERO;
    }
  }
}
