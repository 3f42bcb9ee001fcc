package io.github.ecrcontainerd.ecr.internal.foreign;

import java.io.IOException;
import java.time.Duration;

/**
 * The end of the time for one layer. It allows for a host on a slow line, but not for a host that
 * sends only a byte now and then.
 */
final class Deadline {
  private static final Duration MIN_TIME = Duration.ofMinutes(1);

  /** A download below 32 KiB/s is aborted. */
  private static final long MIN_BYTES_PER_SECOND = 32 << 10;

  private final long end;

  private Deadline(Duration time) {
    this.end = System.nanoTime() + time.toNanos();
  }

  static Deadline forBytes(long bytes) {
    return new Deadline(MIN_TIME.plusSeconds(bytes / MIN_BYTES_PER_SECOND));
  }

  /** The remaining time, but at most {@code max}, in milliseconds. */
  int within(Duration max) throws IOException {
    long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    if (left <= 0) {
      throw new IOException("it takes too long");
    }
    return Math.toIntExact(Math.min(left, max.toMillis()));
  }
}
