package io.github.ecrcontainerd.it.bench;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * What a row's value has to be.
 *
 * @param bound which side of the limit is good
 * @param limit in the row's unit
 */
record Goal(Bound bound, double limit) {

  enum Bound {
    AT_MOST,
    AT_LEAST
  }

  static Goal atMost(double limit) {
    return new Goal(Bound.AT_MOST, limit);
  }

  static Goal atLeast(double limit) {
    return new Goal(Bound.AT_LEAST, limit);
  }

  boolean isReached(double value) {
    return bound == Bound.AT_MOST ? value <= limit : value >= limit;
  }

  /** In JSON: the figure; whether it is reached, a row says. */
  @Override
  @JsonValue
  public double limit() {
    return limit;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %.2f", bound == Bound.AT_MOST ? "≤" : "≥", limit);
  }
}
