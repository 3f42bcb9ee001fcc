package io.github.ecrcontainerd.cli.timeline;

import java.time.Duration;
import java.time.Instant;

/**
 * An activity with a start and an end.
 *
 * @param subject the digest of the content, or an operation of the API
 * @param waited the time until the first byte; zero if that doesn't apply
 * @param bytes how many bytes it brought
 * @param note any further information, or {@code ""}
 */
record Span(
    Kind kind,
    String subject,
    Instant start,
    Instant end,
    Duration waited,
    long bytes,
    String note) {

  /** The kind of an activity. */
  enum Kind {
    CALL,
    RANGE,
    HEDGE,
    RETRY,
    RENEWAL,
    INGEST,
    UNPACK
  }

  Duration length() {
    return Duration.between(start, end);
  }

  Instant firstByte() {
    Instant first = start.plus(waited);
    return first.isBefore(end) ? first : end;
  }
}
