package io.github.ecrcontainerd.cli.progress;

/** A moving average of bytes a second: older bytes count less. For one thread. */
final class Rate {
  private static final double MEMORY_SECONDS = 2;

  private long lastNanos;
  private long lastBytes;
  private double average;

  /** The total weight of the samples so far. At first it is less than 1, so the average is too. */
  private double known;

  /**
   * Begins now.
   *
   * @param nanos the current time, from any origin
   * @param bytes how many bytes have come so far
   */
  Rate(long nanos, long bytes) {
    lastNanos = nanos;
    lastBytes = bytes;
  }

  /** Bytes a second, given how many bytes have come so far. */
  double at(long nanos, long bytes) {
    double seconds = (nanos - lastNanos) / 1e9;
    if (seconds > 0) {
      double weight = 1 - Math.exp(-seconds / MEMORY_SECONDS);
      average += weight * ((bytes - lastBytes) / seconds - average);
      known += weight * (1 - known);
      lastNanos = nanos;
      lastBytes = bytes;
    }
    return known == 0 ? 0 : Math.max(0, average / known);
  }
}
