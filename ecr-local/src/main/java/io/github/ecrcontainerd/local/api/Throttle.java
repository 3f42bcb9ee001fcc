package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Operation;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits the calls of each operation per second, as the conditions state. Each operation has a
 * token bucket that holds the tokens of one second, at least one.
 */
public final class Throttle {
  private static final class Bucket {
    double tokens;
    long filled;

    Bucket(double tokens, long filled) {
      this.tokens = tokens;
      this.filled = filled;
    }
  }

  private final Conditions conditions;
  private final LongSupplier nanos;
  private final Map<Operation, Bucket> buckets = new EnumMap<>(Operation.class);

  /**
   * @param nanos as {@link System#nanoTime}
   */
  public Throttle(Conditions conditions, LongSupplier nanos) {
    this.conditions = conditions;
    this.nanos = nanos;
  }

  /** Whether a call may be made now. It is counted. */
  public synchronized boolean lets(Operation operation) {
    OptionalDouble rate = conditions.requestRate(operation);
    if (rate.isEmpty()) {
      buckets.remove(operation);
      return true;
    }
    long now = nanos.getAsLong();
    double most = Math.max(1, rate.getAsDouble());
    @Nullable Bucket bucket = buckets.get(operation);
    if (bucket == null) {
      bucket = new Bucket(most, now);
      buckets.put(operation, bucket);
    }
    double seconds = (double) (now - bucket.filled) / TimeUnit.SECONDS.toNanos(1);
    bucket.tokens = Math.min(most, bucket.tokens + seconds * rate.getAsDouble());
    bucket.filled = now;
    if (bucket.tokens < 1) {
      return false;
    }
    bucket.tokens--;
    return true;
  }
}
