package io.github.ecrcontainerd.ecr.internal.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * How long to try again what fails, and the pauses between: until it has got nowhere for some time,
 * and has failed three times. A time is what an outage is measured in; a number of tries is used up
 * at once where nothing listens. The pauses grow, and have full jitter, so that what failed
 * together doesn't come back together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 * For one thread.
 */
public final class Backoff {
  private static final int MIN_FAILURES = 3;

  private final Duration patience;
  private final Duration maxPause;
  private final LongSupplier nanoTime;
  private long since;
  private int failures;

  /**
   * Begins its time.
   *
   * @param patience for how long nothing may be reached
   * @param maxPause the longest pause
   */
  public Backoff(Duration patience, Duration maxPause) {
    this(patience, maxPause, System::nanoTime);
  }

  Backoff(Duration patience, Duration maxPause, LongSupplier nanoTime) {
    this.patience = patience;
    this.maxPause = maxPause;
    this.nanoTime = nanoTime;
    this.since = nanoTime.getAsLong();
  }

  /**
   * It got on: what fails next is another matter.
   *
   * @param ago how long before now it stopped to get on
   */
  public void progressed(Duration ago) {
    failures = 0;
    since = nanoTime.getAsLong() - ago.toNanos();
  }

  /** How often in a row it has failed. */
  public int failures() {
    return failures;
  }

  /** How long it has got nowhere. */
  public Duration elapsed() {
    return Duration.ofNanos(nanoTime.getAsLong() - since);
  }

  /**
   * It failed: how long to pause before the next try, or empty when it was tried for long enough.
   *
   * @param firstPause the longest pause after the first failure; each may be twice as long as the
   *     one before, and none goes on after its time
   */
  public Optional<Duration> failed(Duration firstPause) {
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
    longest = Math.min(longest, Math.max(0, left.toMillis()));
    return Optional.of(Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest + 1)));
  }
}
