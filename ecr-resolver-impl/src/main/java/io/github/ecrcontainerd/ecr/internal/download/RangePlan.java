package io.github.ecrcontainerd.ecr.internal.download;

/**
 * How a blob is cut into ranges: as many equal ones as there may be requests at a time, none below
 * 1 MiB, none above the largest that the memory allows.
 *
 * @param from the first byte wanted
 * @param total the blob's size in bytes
 * @param rangeBytes the length of every range but the last
 * @param parallelism how many ranges may be on their way at a time
 */
record RangePlan(long from, long total, int rangeBytes, int parallelism) {
  private static final int SMALLEST = 1 << 20;

  static RangePlan of(long from, long total, int parallelism, int largest) {
    int atATime = Math.max(1, parallelism);
    long share = Math.ceilDiv(total - from, (long) atATime);
    int rangeBytes = Math.toIntExact(Math.clamp(share, Math.min(SMALLEST, largest), largest));
    return new RangePlan(from, total, rangeBytes, atATime);
  }

  /** How many ranges there are: none of a blob without bytes. */
  long count() {
    return Math.ceilDiv(total - from, (long) rangeBytes);
  }

  /** The range with a number, from 0. */
  ByteRange range(long number) {
    long first = from + number * rangeBytes;
    return new ByteRange(first, Math.toIntExact(Math.min(rangeBytes, total - first)), total);
  }
}
