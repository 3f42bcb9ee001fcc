package io.github.ecrcontainerd.ecr.internal.download;

import java.time.Duration;
import java.util.Arrays;

/**
 * How long ranges usually take: the medians of the last ones, of all layers of one resolver. What
 * follows from them is which range is late, and when a range is so near its end that the request
 * for the next one should be on its way.
 */
final class RangeTimes {
  /** Fewer say little; of many, the last ones tell how it is now. */
  private static final int ENOUGH = 3;

  private static final int KEPT = 32;
  private static final int MIB = 1 << 20;

  /** Below it, a pause of this machine looks like a slow connection. */
  private static final Duration LEAST_LATENESS = Duration.ofMillis(300);

  private static final double LATE = 2.5;

  private final long[] untilFirstByte = new long[KEPT];
  private final long[] perMib = new long[KEPT];
  private int firstBytes;
  private int paces;

  /**
   * A request has brought all that it was to bring.
   *
   * @param nanosToFirstByte how long it took to the first byte
   * @param nanosSince how long from there to the last
   */
  synchronized void finished(long length, long nanosToFirstByte, long nanosSince) {
    untilFirstByte[firstBytes++ % KEPT] = nanosToFirstByte;
    if (length >= MIB) {
      perMib[paces++ % KEPT] = nanosSince * MIB / length;
    }
  }

  /**
   * How long a request takes at most before it is late, in nanoseconds; {@link Long#MAX_VALUE} as
   * long as nobody knows.
   */
  synchronized long nanosUntilLate(long length) {
    if (firstBytes < ENOUGH || (length >= MIB && paces < ENOUGH)) {
      return Long.MAX_VALUE;
    }
    long usual = median(untilFirstByte, firstBytes);
    if (paces >= ENOUGH) {
      usual += (long) (median(perMib, paces) * ((double) length / MIB));
    }
    return Math.max(LEAST_LATENESS.toNanos(), (long) (usual * LATE));
  }

  /** How many bytes usually come in the time that it takes to the first byte of a new request. */
  synchronized long bytesUntilFirstByte() {
    if (firstBytes < ENOUGH || paces < ENOUGH) {
      return 0;
    }
    long pace = Math.max(1, median(perMib, paces));
    return (long) (median(untilFirstByte, firstBytes) / (double) pace * MIB);
  }

  private static long median(long[] samples, int count) {
    long[] sorted = Arrays.copyOf(samples, Math.min(count, KEPT));
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
