package io.github.ecrcontainerd.ecr.internal.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Determines how long to retry a failing operation, and the pauses between. Retries end when there
 * was no progress for some time and the operation has failed three times. The limit is a time,
 * because an outage is measured in time. A number of tries would be used up at once if no server
 * listens. The pauses grow and have full jitter, so that operations that failed together aren't
 * retried together (AWS Architecture Blog, "Exponential Backoff And Jitter"). For one thread.
 */
public final class Backoff {
  private static final int MIN_FAILURES = 3;

  private final Duration patience;
  private final Duration maxPause;
  private final LongSupplier nanoTime;
  private final Supplier<RandomGenerator> random;
  private long since;
  private int failures;

  /**
   * Starts the time.
   *
   * @param patience how long to retry without progress
   * @param maxPause the longest pause
   */
  public Backoff(Duration patience, Duration maxPause) {
    this(patience, maxPause, System::nanoTime);
  }

  Backoff(Duration patience, Duration maxPause, LongSupplier nanoTime) {
    this(patience, maxPause, nanoTime, ThreadLocalRandom::current);
  }

  /**
   * The same with another clock and other jitter.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  Backoff(
      Duration patience,
      Duration maxPause,
      LongSupplier nanoTime,
      Supplier<RandomGenerator> random) {
    this.patience = patience;
    this.maxPause = maxPause;
    this.nanoTime = nanoTime;
    this.random = random;
    this.since = nanoTime.getAsLong();
  }

  /**
   * There was progress. The time and the failures are counted anew.
   *
   * @param ago how long ago the progress stopped
   */
  public void progressed(Duration ago) {
    failures = 0;
    since = nanoTime.getAsLong() - ago.toNanos();
  }

  /** How many times in a row the operation has failed. */
  public int failures() {
    return failures;
  }

  /** The time without progress. */
  public Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - since);
  }

  /**
   * The operation failed. Returns how long to pause before the next try; empty if the retries have
   * ended.
   *
   * @param firstPause the longest pause after the first failure; each later one may be twice as
   *     long as the one before, and none exceeds the remaining time
   */
  public Optional<Duration> failed(Duration firstPause) {
    return failed(firstPause, Duration.ZERO);
  }

  /**
   * The same for a server that asks to wait.
   *
   * @param atLeast how long it asks to wait; more than the remaining time is that time
   */
  public Optional<Duration> failed(Duration firstPause, Duration atLeast) {
    failures++;
    Duration left = patience.minus(elapsed());
    if (failures >= MIN_FAILURES && !left.isPositive()) {
      return Optional.empty();
    }
    long longest = firstPause.toMillis();
    for (int doubled = 1; doubled < failures && longest < maxPause.toMillis(); doubled++) {
      longest *= 2;
    }
    longest = Math.min(longest, maxPause.toMillis());
    long most = Math.max(0, left.toMillis());
    // The jitter comes on top of what the server asks for: it asks others for the same.
    long pause = atLeast.toMillis() + random.get().nextLong(longest + 1);
    return Optional.of(Duration.ofMillis(Math.min(most, pause)));
  }
}
