package io.github.ecrcontainerd.ecr.internal.retry;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** How long a call is repeated that a registry throttles, and with which pauses. For one thread. */
public final class ThrottledCall {
  /** The first pause. The quotas of Amazon ECR are in calls a second. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);

  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  private final Duration patience;
  private final Backoff backoff;

  /**
   * Starts the time.
   *
   * @param patience how long the call is made again
   */
  public ThrottledCall(Duration patience) {
    this(patience, System::nanoTime, ThreadLocalRandom::current);
  }

  /**
   * The same with another clock and other jitter.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  public ThrottledCall(Duration patience, LongSupplier nanoTime, Supplier<RandomGenerator> random) {
    this.patience = patience;
    this.backoff = new Backoff(patience, MAX_PAUSE, nanoTime, random);
  }

  /** How long the call may wait for its token. */
  public Duration left() {
    return patience.minus(backoff.elapsed());
  }

  /**
   * The call was throttled. Returns the pause before it is made again; empty if it is not.
   *
   * @param retryAfter how long the answer asks to wait; zero if it doesn't say
   */
  public Optional<Duration> failed(Duration retryAfter) {
    return backoff.failed(FIRST_PAUSE, retryAfter);
  }
}
