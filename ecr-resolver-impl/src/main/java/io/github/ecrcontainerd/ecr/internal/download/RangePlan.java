package io.github.ecrcontainerd.ecr.internal.download;

/**
 * How a blob is split into ranges: as many equal ranges as requests at a time, each of 1 MiB to 20
 * MiB, as in the Go resolver. A blob below 1 MiB is one range. A large blob has more ranges, but no
 * more of them at a time. If only one request is allowed at a time, the whole blob is one range.
 *
 * <p>Each range has its own buffer, so ranges are smaller if memory is short. The budget holds all
 * ranges of one layer that are in progress, those that have arrived meanwhile, and one range of
 * another layer.
 *
 * @param from the first byte wanted
 * @param total the blob's size in bytes
 * @param rangeBytes the length of every range but the last
 * @param parallelism how many ranges may be in progress at a time
 */
record RangePlan(long from, long total, long rangeBytes, int parallelism) {
  private static final int MIN_RANGE_BYTES = 1 << 20;
  private static final int MAX_RANGE_BYTES = 20 << 20;

  /** How many ranges the budget holds in addition to those in progress. */
  private static final long SPARE_RANGES = 4;

  /** The size of the ring buffer for a blob that is one range. */
  private static final int RING_BYTES = 8 << 20;

  /**
   * The length of the largest buffer, in bytes.
   *
   * @param parallelism how many ranges of a layer may be in progress at a time
   * @param budgetBytes the total size of all buffers, in bytes
   */
  static int maxBufferBytes(int parallelism, int budgetBytes) {
    return parallelism <= 1
        ? Math.min(RING_BYTES, budgetBytes)
        : Math.clamp(budgetBytes / (parallelism + SPARE_RANGES), MIN_RANGE_BYTES, MAX_RANGE_BYTES);
  }

  /**
   * A plan for the rest of a blob.
   *
   * @param maxBufferBytes the result of {@link #maxBufferBytes}
   */
  static RangePlan of(long from, long total, int parallelism, int maxBufferBytes) {
    if (parallelism <= 1) {
      return whole(from, total);
    }
    long share = Math.ceilDiv(total - from, (long) parallelism);
    return new RangePlan(
        from,
        total,
        Math.clamp(share, Math.min(MIN_RANGE_BYTES, maxBufferBytes), maxBufferBytes),
        parallelism);
  }

  private static RangePlan whole(long from, long total) {
    return new RangePlan(from, total, Math.max(1, total - from), 1);
  }

  /** The same bytes as one range, for a server that serves no ranges. */
  RangePlan whole() {
    return whole(from, total);
  }

  /** The number of ranges; 0 for an empty blob. */
  long count() {
    return Math.ceilDiv(total - from, rangeBytes);
  }

  /** The range with a number, from 0. */
  ByteRange range(long number) {
    long first = from + number * rangeBytes;
    return new ByteRange(first, Math.min(rangeBytes, total - first), total);
  }
}
