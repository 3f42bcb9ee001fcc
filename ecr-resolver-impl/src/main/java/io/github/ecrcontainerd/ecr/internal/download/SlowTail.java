package io.github.ecrcontainerd.ecr.internal.download;

import java.time.Duration;
import java.util.Arrays;

/**
 * Knows how long ranges usually take, and so which one is late: that one is asked for a second time
 * on another connection, and the first answer wins. AWS advises that for the slowest requests to S3
 * ("Performance Guidelines for Amazon S3"). What it may waste is a share of all: one request in
 * twenty and two more, one byte in twenty and one range more.
 */
final class SlowTail {
  /** Fewer say little; of many, the last ones tell how it is now. */
  private static final int ENOUGH = 3;

  private static final int KEPT = 32;

  /** Below it, a pause of this machine looks like a slow connection. */
  private static final Duration LEAST = Duration.ofMillis(300);

  private static final double MUCH = 2.5;
  private static final int SHARE = 20;
  private static final int REQUESTS_FREE = 2;

  private final int bytesFree;
  private final long[] untilFirstByte = new long[KEPT];
  private final long[] perMib = new long[KEPT];
  private int firstBytes;
  private int paces;
  private long requests;
  private long bytes;
  private long secondRequests;
  private long secondBytes;

  /**
   * @param largest the length of the largest range, in bytes
   */
  SlowTail(int largest) {
    this.bytesFree = largest;
  }

  /** A request is made. */
  synchronized void asked(long length) {
    requests++;
    bytes += length;
  }

  /**
   * A request has brought all that it was to bring.
   *
   * @param nanosToFirstByte how long it took to the first byte
   * @param nanosSince how long from there to the last
   */
  synchronized void finished(long length, long nanosToFirstByte, long nanosSince) {
    untilFirstByte[firstBytes++ % KEPT] = nanosToFirstByte;
    if (length >= 1 << 20) {
      perMib[paces++ % KEPT] = (nanosSince << 20) / length;
    }
  }

  /**
   * How long a request takes at most before it is late, in nanoseconds; {@link Long#MAX_VALUE} as
   * long as nobody knows.
   */
  synchronized long nanosUntilLate(long length) {
    boolean small = length < 1 << 20;
    if (firstBytes < ENOUGH || (!small && paces < ENOUGH)) {
      return Long.MAX_VALUE;
    }
    long usual = median(untilFirstByte, firstBytes);
    if (paces >= ENOUGH) {
      usual += (long) (median(perMib, paces) * (length / (double) (1 << 20)));
    }
    return Math.max(LEAST.toNanos(), (long) (usual * MUCH));
  }

  private static long median(long[] samples, int count) {
    long[] sorted = Arrays.copyOf(samples, Math.min(count, KEPT));
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Whether a second request for so many bytes may be made; it counts as made if so. */
  synchronized boolean spend(long length) {
    if (secondRequests + 1 > requests / SHARE + REQUESTS_FREE
        || secondBytes + length > bytes / SHARE + bytesFree) {
      return false;
    }
    secondRequests++;
    secondBytes += length;
    return true;
  }
}
