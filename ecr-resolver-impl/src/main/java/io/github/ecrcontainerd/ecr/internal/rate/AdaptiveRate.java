package io.github.ecrcontainerd.ecr.internal.rate;

/**
 * How many calls a second an operation may make: the registry's quota, and less for a while after
 * the registry throttled a call, because other processes use the same quota.
 *
 * <p>The rate falls to {@value #DECREASE} of what the registry accepted during the last second, at
 * most once in a round trip. The last second and not the rate, because the rate may be far above
 * what a process uses: 3,000 a second would have to fall twenty times until it helped a process
 * whose share is 3. It recovers by CUBIC's function of the time since then (RFC 9438, section 4.2),
 * with the constants of the AWS SDK's adaptive mode (BETA and SCALE_CONSTANT of its {@code
 * RateLimiterTokenBucket}): fast up to the rate that was throttled, slowly around it, then faster
 * again. The function needs only the time, so no thread recovers the rate. Guarded by its bucket.
 */
final class AdaptiveRate {
  static final double DECREASE = 0.7;

  private static final double SCALE = 0.4;
  private static final double NANOS = 1e9;

  private final double quota;
  private boolean isReduced;
  private double throttledAt;
  private double secondsToReturn;
  private long reduced;

  /** The calls accepted in the last second, weighted by their age. */
  private double accepted;

  private long counted;

  /**
   * @param quota the calls a second that the registry allows
   * @param now the value of {@link System#nanoTime}
   */
  AdaptiveRate(double quota, long now) {
    this.quota = quota;
    this.counted = now;
  }

  /** The calls a second that may be made now. */
  double at(long now) {
    if (!isReduced) {
      return quota;
    }
    double beyond = (now - reduced) / NANOS - secondsToReturn;
    double rate = throttledAt + SCALE * beyond * beyond * beyond;
    if (rate >= quota) {
      isReduced = false;
      return quota;
    }
    return rate;
  }

  /** The registry accepted a call. */
  void accepted(long now) {
    accepted = acceptedAt(now) + 1;
    counted = now;
  }

  /**
   * The registry throttled a call.
   *
   * @param sent when the call was sent; one that was sent before the last decrease says nothing
   *     about the new rate
   * @return whether the rate was decreased
   */
  boolean throttled(long sent, long now) {
    if (isReduced && sent - reduced < 0) {
      return false;
    }
    throttledAt = Math.max(1, Math.min(at(now), acceptedAt(now)));
    secondsToReturn = Math.cbrt(throttledAt * (1 - DECREASE) / SCALE);
    reduced = now;
    isReduced = true;
    return true;
  }

  private double acceptedAt(long now) {
    return accepted * Math.exp((counted - now) / NANOS);
  }
}
