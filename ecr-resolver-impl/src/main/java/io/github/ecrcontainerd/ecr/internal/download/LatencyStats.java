package io.github.ecrcontainerd.ecr.internal.download;

import java.time.Duration;
import java.util.Arrays;

/**
 * How long ranges usually take: the medians of the last requests, over all layers of one resolver.
 * They determine which range is late, and when a range is so near its end that the request for the
 * next one should be sent. Safe for use by several threads at once.
 */
final class LatencyStats {
  /** Fewer samples are not reliable. */
  private static final int MIN_SAMPLES = 3;

  /** With more samples, old ones would hide the current latency. */
  private static final int MAX_SAMPLES = 32;

  private static final int MIB = 1 << 20;

  /** Below this time, a pause of this machine would look like a slow connection. */
  private static final Duration MIN_LATE_TIME = Duration.ofMillis(300);

  /** A request is late when it takes this many times the usual time. */
  private static final double LATE_FACTOR = 2.5;

  private final long[] nanosToFirstByte = new long[MAX_SAMPLES];
  private final long[] nanosPerMib = new long[MAX_SAMPLES];
  private int firstByteSamples;
  private int paceSamples;

  /**
   * Adds a complete request.
   *
   * @param length how many bytes it brought
   * @param toFirstByte the time to the first byte, in nanoseconds
   * @param toLastByte the time from the first byte to the last, in nanoseconds
   */
  synchronized void add(long length, long toFirstByte, long toLastByte) {
    nanosToFirstByte[firstByteSamples++ % MAX_SAMPLES] = toFirstByte;
    if (length >= MIB) {
      nanosPerMib[paceSamples++ % MAX_SAMPLES] = toLastByte * MIB / length;
    }
  }

  /**
   * The time after which a request is late, in nanoseconds; {@link Long#MAX_VALUE} while there are
   * too few samples.
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

  /** How many bytes usually arrive in the time that a new request needs for its first byte. */
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
