package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.http.UntrustedPeerException;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often one range may fail, and how long to wait before the next try: without limit as long as
 * it makes progress; else {@value #MAX_FAILURES} times in a row. The pauses have full jitter, so
 * that ranges that failed together don't come back together (AWS Architecture Blog, "Exponential
 * Backoff And Jitter").
 */
final class Retries {
  private static final int MAX_FAILURES = 6;

  /** So many bytes are worth a request: they count as progress. */
  private static final int PROGRESS_BYTES = 1 << 20;

  private static final long FIRST_PAUSE_MILLIS = 200;

  /** For a server that asks to go slower. */
  private static final long FIRST_SLOW_PAUSE_MILLIS = 500;

  private static final long MAX_PAUSE_MILLIS = 5_000;

  private int failures;
  private long reached;

  /** How often in a row it has failed. */
  int failures() {
    return failures;
  }

  /**
   * What to do after a failure: how long to pause, or empty where another try makes no sense.
   *
   * @param position how many bytes of the range have come so far
   */
  Optional<Duration> pause(long position, Throwable cause) {
    if (position - reached >= PROGRESS_BYTES) {
      failures = 0;
    }
    reached = Math.max(reached, position);
    failures++;
    if (failures == MAX_FAILURES || !isPassing(cause)) {
      return Optional.empty();
    }
    long first = asksToGoSlower(cause) ? FIRST_SLOW_PAUSE_MILLIS : FIRST_PAUSE_MILLIS;
    long maxMillis = Math.min(MAX_PAUSE_MILLIS, first << (failures - 1));
    return Optional.of(Duration.ofMillis(ThreadLocalRandom.current().nextLong(maxMillis + 1)));
  }

  /** Whether the same request may succeed later. */
  private static boolean isPassing(Throwable cause) {
    return switch (cause) {
      case StatusException answer -> answer.isPassing();
      case ResolverException refused -> refused.isRetryable();
      case UntrustedPeerException _ -> false;
      default -> true;
    };
  }

  private static boolean asksToGoSlower(Throwable cause) {
    return cause instanceof StatusException answer && answer.asksToGoSlower();
  }
}
