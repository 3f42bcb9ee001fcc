package io.github.ecrcontainerd.ecr.internal.download;

import java.time.Duration;
import java.util.Arrays;

/**
 * How long ranges usually take: the medians of the last ones, of all layers of one resolver. From
 * them follows which range is late, and when a range is so near its end that the request for the
 * next one should be sent. Safe for use by several threads at once.
 */
final class LatencyStats {
  /** Fewer samples say little. */
  private static final int MIN_SAMPLES = 3;

  /** Of more than these, the older ones would hide how it is now. */
  private static final int MAX_SAMPLES = 32;

  private static final int MIB = 1 << 20;

  /** In less time than this, a pause of this machine looks like a slow connection. */
  private static final Duration MIN_LATE_TIME = Duration.ofMillis(300);

  /** A request is late when it takes this many times as long as usual. */
  private static final double LATE_FACTOR = 2.5;

  private final long[] nanosToFirstByte = new long[MAX_SAMPLES];
  private final long[] nanosPerMib = new long[MAX_SAMPLES];
  private int firstByteSamples;
  private int paceSamples;

  /**
   * A request has brought all that it was to bring.
   *
   * @param length how many bytes
   * @param toFirstByte how long it took to the first byte, in nanoseconds
   * @param toLastByte how long it took from there to the last, in nanoseconds
   */
  synchronized void add(long length, long toFirstByte, long toLastByte) {
    nanosToFirstByte[firstByteSamples++ % MAX_SAMPLES] = toFirstByte;
    if (length >= MIB) {
      nanosPerMib[paceSamples++ % MAX_SAMPLES] = toLastByte * MIB / length;
    }
  }

  /**
   * How long a request takes at most before it is late, in nanoseconds; {@link Long#MAX_VALUE}
   * while there are too few samples.
   */
  synchronized long nanosUntilLate(long length) {
    if (firstByteSamples < MIN_SAMPLES || (length >= MIB && paceSamples < MIN_SAMPLES)) {
      return Long.MAX_VALUE;
    }
    long usual = median(nanosToFirstByte, firstByteSamples);
    if (paceSamples >= MIN_SAMPLES) {
      usual += (long) (median(nanosPerMib, paceSamples) * ((double) length / MIB));
    }
    return Math.max(MIN_LATE_TIME.toNanos(), (long) (usual * LATE_FACTOR));
  }

  /** How many bytes usually come in the time that it takes to the first byte of a new request. */
  synchronized long bytesUntilFirstByte() {
    if (firstByteSamples < MIN_SAMPLES || paceSamples < MIN_SAMPLES) {
      return 0;
    }
    long pace = Math.max(1, median(nanosPerMib, paceSamples));
    return (long) (median(nanosToFirstByte, firstByteSamples) / (double) pace * MIB);
  }

  private static long median(long[] samples, int count) {
    long[] sorted = Arrays.copyOf(samples, Math.min(count, MAX_SAMPLES));
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
