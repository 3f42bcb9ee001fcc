package io.github.ecrcontainerd.local.api;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request whose X-Amz-Date is more than five minutes away from the server's time, as AWS
 * does ("Troubleshoot Signature Version 4 signing for AWS API requests", with these messages). The
 * signature itself isn't verified.
 */
final class SignatureAge {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** The form of an HTTP date (RFC 9110, section 5.6.7). */
  private static final DateTimeFormatter HTTP =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final InstantSource clock;

  SignatureAge(InstantSource clock) {
    this.clock = clock;
  }

  /** The server's time, for the header Date of an answer. */
  String date() {
    return HTTP.format(clock.instant());
  }

  /**
   * Checks the time of a request. A request without one isn't refused.
   *
   * @throws EcrError if it is too old, or from the future
   */
  void check(HttpHeaders headers) {
    @Nullable String date = headers.get("X-Amz-Date");
    if (date == null) {
      return;
    }
    Instant signed;
    try {
      signed = TIMESTAMP.parse(date, Instant::from);
    } catch (DateTimeException e) {
      throw new EcrError(
          "IncompleteSignatureException",
          "Date must be in ISO-8601 'basic format'. Got '%s'".formatted(date));
    }
    Instant now = clock.instant();
    if (signed.isBefore(now.minus(TOLERANCE))) {
      throw refused("Signature expired: %s is now earlier than %s (%s - 5 min.)", date, now, -1);
    }
    if (signed.isAfter(now.plus(TOLERANCE))) {
      throw refused(
          "Signature not yet current: %s is still later than %s (%s + 5 min.)", date, now, 1);
    }
  }

  private static EcrError refused(String message, String date, Instant now, int sign) {
    return new EcrError(
        "InvalidSignatureException",
        message.formatted(
            date, TIMESTAMP.format(now.plus(TOLERANCE.multipliedBy(sign))), TIMESTAMP.format(now)));
  }
}
