package io.github.ecrcontainerd.ecr.internal.foreign;

import java.io.IOException;
import java.time.Duration;

/**
 * The end of the time for one layer: a host that sends a byte now and then is not waited for, but
 * one that has a slow line is.
 */
final class Deadline {
  private static final Duration MIN_TIME = Duration.ofMinutes(1);

  /** A layer that comes more slowly than 32 KiB/s is given up. */
  private static final long MIN_BYTES_PER_SECOND = 32 << 10;

  private final long end;

  private Deadline(Duration time) {
    this.end = System.nanoTime() + time.toNanos();
  }

  static Deadline forBytes(long bytes) {
    return new Deadline(MIN_TIME.plusSeconds(bytes / MIN_BYTES_PER_SECOND));
  }

  /** What is left of the time, but no more than this, in milliseconds. */
  int within(Duration max) throws IOException {
    long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    if (left <= 0) {
      throw new IOException("it takes too long");
    }
    return Math.toIntExact(Math.min(left, max.toMillis()));
  }
}
