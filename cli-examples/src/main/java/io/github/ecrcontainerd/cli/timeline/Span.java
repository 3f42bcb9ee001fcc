package io.github.ecrcontainerd.cli.timeline;

import java.time.Duration;
import java.time.Instant;

/**
 * Something that took some time.
 *
 * @param subject the digest of what it was about, or an operation of the API
 * @param waited how long until its first byte came; zero for what has none
 * @param bytes how many it brought
 * @param note what else is to be said of it, or {@code ""}
 */
record Span(
    Kind kind,
    String subject,
    Instant start,
    Instant end,
    Duration waited,
    long bytes,
    String note) {

  /** What it is. */
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
