package io.github.ecrcontainerd.ecr.internal.download;

/**
 * How a blob is cut into ranges: as many equal ones as there may be requests at a time, none below
 * 1 MiB and none above 20 MiB, as the Go resolver does. A blob below 1 MiB is one range; one that
 * is too large for that has more ranges, no more of them at a time.
 *
 * <p>A range has a buffer of its own, so where memory is short, ranges are smaller. All that one
 * layer has on its way fits into the budget, and half of the budget is for what has arrived and
 * waits for its turn or belongs to other layers; but no range is cut below 8 MiB for that half,
 * because smaller ones spend too much of their time on the way to the first byte.
 *
 * @param from the first byte wanted
 * @param total the blob's size in bytes
 * @param rangeBytes the length of every range but the last
 * @param parallelism how many ranges may be on their way at a time
 */
record RangePlan(long from, long total, int rangeBytes, int parallelism) {
  private static final int SMALLEST = 1 << 20;
  private static final int WORTHWHILE = 8 << 20;
  private static final int LARGEST = 20 << 20;

  /**
   * The length of the largest range, in bytes.
   *
   * @param parallelism how many ranges of a layer may be on their way at a time
   * @param bufferBytes how many bytes all buffers may have together
   */
  static int largest(int parallelism, int bufferBytes) {
    int share = bufferBytes / Math.max(1, parallelism);
    return Math.clamp(Math.max(share / 2, Math.min(share, WORTHWHILE)), SMALLEST, LARGEST);
  }

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
