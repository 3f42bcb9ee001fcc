package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.ecr.internal.http.UntrustedPeerException;
import io.github.ecrcontainerd.ecr.internal.retry.Backoff;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.Optional;

/**
 * How long one range is retried. If the server is unreachable, failing or overloaded: until no
 * request has brought a MiB for {@link #PATIENCE}. If the server answers with something else than
 * requested: {@value #MAX_REFUSALS} times in a row. There is no limit as long as bytes arrive.
 */
final class Retries {
  /** A server restart takes some seconds. Three stalls take longer. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  static final int MAX_REFUSALS = 6;

  /** This many bytes are worth a request, so they count as progress. */
  private static final int PROGRESS_BYTES = 1 << 20;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /** The first pause for a server that throttles. */
  private static final Duration FIRST_SLOW_PAUSE = Duration.ofMillis(500);

  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  private final Backoff backoff;
  private int refusals;
  private long reached;

  Retries() {
    this(new Backoff(PATIENCE, MAX_PAUSE));
  }

  Retries(Backoff backoff) {
    this.backoff = backoff;
  }

  /** How many times in a row the range has failed. */
  int failures() {
    return backoff.failures();
  }

  /**
   * How long to pause after a failure; empty if the range is not to be retried.
   *
   * @param position how many bytes of the range have arrived so far
   */
  Optional<Duration> pause(long position, Throwable cause) {
    if (position - reached >= PROGRESS_BYTES) {
      backoff.progressed(
          cause instanceof SilenceException silent ? silent.duration() : Duration.ZERO);
      refusals = 0;
    }
    reached = Math.max(reached, position);
    Optional<Duration> pause =
        backoff.failed(
            asksToGoSlower(cause) ? FIRST_SLOW_PAUSE : FIRST_PAUSE,
            cause instanceof StatusException answer ? answer.retryAfter() : Duration.ZERO);
    if (isRefusal(cause)) {
      refusals++;
    }
    return isPassing(cause) && refusals < MAX_REFUSALS ? pause : Optional.empty();
  }

  /** Whether waiting alone won't help: the server answers, but not with what was requested. */
  private static boolean isRefusal(Throwable cause) {
    return cause instanceof InvalidAnswerException
        || (cause instanceof StatusException answer && answer.refusesUrl());
  }

  /** Whether the same request may succeed later. */
  private boolean isPassing(Throwable cause) {
    return switch (cause) {
      case StatusException answer -> answer.isPassing();
      // The call for a URL has already retried by itself.
      case ResolverException refused ->
          refused.isRetryable() && backoff.elapsed().compareTo(PATIENCE) < 0;
      case UntrustedPeerException _ -> false;
      default -> true;
    };
  }

  private static boolean asksToGoSlower(Throwable cause) {
    return cause instanceof StatusException answer && answer.asksToGoSlower();
  }
}
