package io.github.ecrcontainerd.cli.progress;

/** Bytes a second, of the last seconds: what came longer ago counts less. For one thread. */
final class Rate {
  private static final double MEMORY_SECONDS = 2;

  private long lastNanos;
  private long lastBytes;
  private double average;

  /** How much of the average is known: at first it is about a shorter time than it will be. */
  private double known;

  /**
   * One that begins now.
   *
   * @param nanos the time, from any moment on
   * @param bytes how many have come until then
   */
  Rate(long nanos, long bytes) {
    lastNanos = nanos;
    lastBytes = bytes;
  }

  /** Bytes a second, when so many have come until then. */
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
