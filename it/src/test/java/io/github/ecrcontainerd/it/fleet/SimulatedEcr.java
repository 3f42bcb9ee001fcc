package io.github.ecrcontainerd.it.fleet;

import io.github.ecrcontainerd.ecr.internal.rate.TokenBucket;
import io.github.ecrcontainerd.ecr.internal.retry.RetryAfter;
import io.github.ecrcontainerd.ecr.internal.retry.ThrottledCall;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.local.api.Throttle;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Amazon ECR in virtual time: ecr-local's own {@link Throttle} by the published quotas, and how
 * often each layer was served.
 */
final class SimulatedEcr {
  /** Within a region. */
  private static final Duration ROUND_TRIP = Duration.ofMillis(20);

  /** Four times the default of apiTimeout, as EcrResolver has it. */
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final VirtualTime time;
  private final Conditions conditions = new Conditions().requestRatesOfEcr();
  private final Throttle throttle;
  private final RandomGenerator random;
  private final SdkHttpResponse refusal;
  private final Map<Operation, Integer> accepted = new EnumMap<>(Operation.class);
  private final Map<Operation, Integer> throttled = new EnumMap<>(Operation.class);
  private final Map<Digest, Integer> copies = new HashMap<>();
  private long untilRepetition = Long.MAX_VALUE;

  /**
   * @param refusal the answer to a call that is throttled
   */
  SimulatedEcr(VirtualTime time, RandomGenerator random, SdkHttpResponse refusal) {
    this.time = time;
    this.random = random;
    this.refusal = refusal;
    this.throttle = new Throttle(conditions, time::nanoTime);
  }

  /**
   * Makes a call as {@code EcrApi.attempt} does.
   *
   * @param bucket the caller's
   * @param turn of that bucket: who waits there must wait in virtual time
   */
  void call(Operation operation, TokenBucket bucket, VirtualTime.Turn turn) throws Exception {
    ThrottledCall tries = new ThrottledCall(PATIENCE, time::nanoTime, () -> random);
    long refused = Long.MIN_VALUE;
    while (true) {
      long taken;
      turn.begin();
      try {
        taken = bucket.take(tries.left());
      } finally {
        turn.end();
      }
      time.sleep(ROUND_TRIP.toNanos() / 2);
      if (refused != Long.MIN_VALUE) {
        untilRepetition = Math.min(untilRepetition, time.nanoTime() - refused);
      }
      boolean lets = throttle.lets(operation);
      refused = time.nanoTime();
      (lets ? accepted : throttled).merge(operation, 1, Integer::sum);
      time.sleep(ROUND_TRIP.toNanos() / 2);
      if (lets) {
        bucket.accepted();
        return;
      }
      bucket.throttled(taken);
      Duration pause =
          tries
              .failed(RetryAfter.of(refusal, Instant.EPOCH))
              .orElseThrow(() -> new AssertionError(operation + " was throttled to the end"));
      time.sleep(pause.toNanos());
    }
  }

  /** A layer is downloaded from S3, at this rate. */
  void download(Descriptor layer, double bytesPerSecond) throws InterruptedException {
    copies.merge(layer.digest(), 1, Integer::sum);
    time.sleep((long) (layer.size() / bytesPerSecond * 1e9));
  }

  int accepted(Operation operation) {
    return accepted.getOrDefault(operation, 0);
  }

  int throttled(Operation operation) {
    return throttled.getOrDefault(operation, 0);
  }

  /** How soon a call that was throttled came again at the earliest. */
  double secondsUntilEarliestRepetition() {
    return untilRepetition / 1e9;
  }

  /** How often each layer was served. */
  Map<Digest, Integer> copies() {
    return copies;
  }

  /**
   * The time that the quotas need at least for the accepted calls, in seconds. A bucket that is
   * full at the start lets the calls of one second through at once and then its rate, so n calls
   * take (n - rate) / rate. Operations have their own quotas, so the slowest of them counts.
   */
  double secondsOfQuotas() {
    return accepted.entrySet().stream()
        .mapToDouble(
            calls -> {
              double rate = conditions.requestRate(calls.getKey()).orElse(Double.MAX_VALUE);
              return Math.max(0, calls.getValue() - rate) / rate;
            })
        .max()
        .orElse(0);
  }
}
