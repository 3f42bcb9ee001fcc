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

  /** It got on: what fails next is another matter. */
  public void progressed() {
    failures = 0;
    since = nanoTime.getAsLong();
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
   *     one before
   */
  public Optional<Duration> failed(Duration firstPause) {
    failures++;
    if (failures >= MIN_FAILURES && elapsed().compareTo(patience) >= 0) {
      return Optional.empty();
    }
    long longest = firstPause.toMillis();
    for (int doubled = 1; doubled < failures && longest < maxPause.toMillis(); doubled++) {
      longest *= 2;
    }
    longest = Math.min(longest, maxPause.toMillis());
    return Optional.of(Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest + 1)));
  }
}
