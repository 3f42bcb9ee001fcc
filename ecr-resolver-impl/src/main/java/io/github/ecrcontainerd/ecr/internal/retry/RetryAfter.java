package io.github.ecrcontainerd.ecr.internal.retry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import software.amazon.awssdk.http.SdkHttpHeaders;

/** Reads the Retry-After header (RFC 9110, 10.2.3): seconds, or a date. */
public final class RetryAfter {
  /** A server that asks for more is asked again after this time all the same. */
  public static final Duration MAX = Duration.ofSeconds(60);

  private RetryAfter() {}

  /**
   * How long the server asks to wait, at most {@link #MAX}; zero if it doesn't say, or not in a
   * form that can be read. A date is compared with the answer's own Date, so that the machines'
   * clocks needn't agree.
   *
   * @param now this machine's time, for an answer without a Date
   */
  public static Duration of(SdkHttpHeaders answer, Instant now) {
    return answer
        .firstMatchingHeader("Retry-After")
        .map(String::strip)
        .map(value -> value.matches("\\d+") ? seconds(value) : untilDate(value, answer, now))
        .filter(Duration::isPositive)
        .map(wait -> wait.compareTo(MAX) > 0 ? MAX : wait)
        .orElse(Duration.ZERO);
  }

  private static Duration seconds(String digits) {
    return digits.length() > 9 ? MAX : Duration.ofSeconds(Long.parseLong(digits));
  }

  private static Duration untilDate(String value, SdkHttpHeaders answer, Instant now) {
    Instant from = answer.firstMatchingHeader("Date").flatMap(RetryAfter::date).orElse(now);
    return date(value).map(until -> Duration.between(from, until)).orElse(Duration.ZERO);
  }

  private static Optional<Instant> date(String text) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from));
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }
}
