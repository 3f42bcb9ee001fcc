package io.github.ecrcontainerd.local.layers;

import io.github.ecrcontainerd.local.ByteRange;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses the Range header of a request (RFC 9110, section 14.2). As in S3, only one range is
 * supported. A malformed header, or one with several ranges, is ignored.
 */
final class RangeHeader {
  private static final Pattern ONE_RANGE =
      Pattern.compile("bytes=(?:(\\d{1,18})-(\\d{1,18})?|-(\\d{1,18}))");

  private RangeHeader() {}

  /**
   * Returns the requested bytes; empty if all bytes are requested.
   *
   * @throws S3Error if there is no byte in the range
   */
  static Optional<ByteRange> of(@Nullable String header, long size) {
    if (header == null) {
      return Optional.empty();
    }
    Matcher range = ONE_RANGE.matcher(header.strip());
    if (!range.matches()) {
      return Optional.empty();
    }
    long first;
    long last;
    if (range.group(3) != null) {
      first = Math.max(0, size - Long.parseLong(range.group(3)));
      last = size - 1;
    } else {
      first = Long.parseLong(range.group(1));
      long end = range.group(2) == null ? size - 1 : Long.parseLong(range.group(2));
      if (range.group(2) != null && end < first) {
        return Optional.empty();
      }
      last = Math.min(end, size - 1);
    }
    if (first > last) {
      throw S3Error.invalidRange(header, size);
    }
    return Optional.of(new ByteRange(first, last - first + 1));
  }
}
