package io.github.ecrcontainerd.ecr.internal.download;

/**
 * How a blob is cut into ranges: as many equal ones as there may be requests at a time, none below
 * 1 MiB and none above 20 MiB, as the Go resolver does. A blob below 1 MiB is one range; one that
 * is too large for that has more ranges, no more of them at a time. Where there is one request at a
 * time, the whole blob is one range.
 *
 * <p>A range has a buffer of its own, so where memory is short, ranges are smaller: the budget
 * holds all that one layer has on its way, what has arrived meanwhile, and one range of another
 * layer.
 *
 * @param from the first byte wanted
 * @param total the blob's size in bytes
 * @param rangeBytes the length of every range but the last
 * @param parallelism how many ranges may be on their way at a time
 */
record RangePlan(long from, long total, long rangeBytes, int parallelism) {
  private static final int MIN_RANGE_BYTES = 1 << 20;
  private static final int MAX_RANGE_BYTES = 20 << 20;

  /** How many ranges the budget holds beside those on their way. */
  private static final long SPARE_RANGES = 4;

  /** What a blob that comes as one range passes through. */
  private static final int RING_BYTES = 8 << 20;

  /**
   * The length of the largest buffer, in bytes.
   *
   * @param parallelism how many ranges of a layer may be on their way at a time
   * @param budgetBytes how many bytes all buffers may have together
   */
  static int maxBufferBytes(int parallelism, int budgetBytes) {
    return parallelism <= 1
        ? Math.min(RING_BYTES, budgetBytes)
        : Math.clamp(budgetBytes / (parallelism + SPARE_RANGES), MIN_RANGE_BYTES, MAX_RANGE_BYTES);
  }

  /**
   * A plan for what is left of a blob.
   *
   * @param maxBufferBytes what {@link #maxBufferBytes} says
   */
  static RangePlan of(long from, long total, int parallelism, int maxBufferBytes) {
    if (parallelism <= 1) {
      return new RangePlan(from, total, Math.max(1, total - from), 1);
    }
    long share = Math.ceilDiv(total - from, (long) parallelism);
    return new RangePlan(
        from,
        total,
        Math.clamp(share, Math.min(MIN_RANGE_BYTES, maxBufferBytes), maxBufferBytes),
        parallelism);
  }

  /** How many ranges there are: none of a blob without bytes. */
  long count() {
    return Math.ceilDiv(total - from, rangeBytes);
  }

  /** The range with a number, from 0. */
  ByteRange range(long number) {
    long first = from + number * rangeBytes;
    return new ByteRange(first, Math.min(rangeBytes, total - first), total);
  }
}
