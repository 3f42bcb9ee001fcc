package io.github.ecrcontainerd.ecr.internal.upload;

import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long something that fails is tried again, after what the SDK repeats by itself within a
 * second or two: three times at least, and for 20 s at least; with pauses that grow, and are
 * random, so that clients that failed together don't come back together.
 */
final class Attempts {
  private static final int MIN_FAILURES = 3;
  private static final Duration MIN_TIME = Duration.ofSeconds(20);
  private static final long FIRST_PAUSE_MILLIS = 200;
  private static final int MAX_DOUBLINGS = 5;

  private int failures;
  private long firstFailure;

  /** It went well: what fails next is another matter. */
  void succeeded() {
    failures = 0;
  }

  /**
   * Waits before another attempt.
   *
   * @throws ResolverException the cause, if there have been enough of them
   */
  void failed(ResolverException cause) throws InterruptedException {
    long now = System.nanoTime();
    if (failures++ == 0) {
      firstFailure = now;
    }
    if (failures >= MIN_FAILURES && now - firstFailure >= MIN_TIME.toNanos()) {
      throw cause;
    }
    long maxMillis = FIRST_PAUSE_MILLIS << Math.min(failures - 1, MAX_DOUBLINGS);
    Thread.sleep(ThreadLocalRandom.current().nextLong(maxMillis));
  }
}
