package io.github.ecrcontainerd.ecr.internal.download;

/**
 * Limits how many late ranges may be hedged: requested a second time on another connection. AWS
 * recommends that for the slowest requests to S3 ("Performance Guidelines for Amazon S3"). Hedges
 * may use one request in twenty and two more, and one byte in twenty and one range more. Safe for
 * use by several threads at once.
 */
final class HedgeBudget {
  /** One hedge for this many requests, and one hedged byte for this many bytes. */
  private static final int REQUESTS_PER_HEDGE = 20;

  private static final int FREE_HEDGES = 2;

  private final long freeBytes;
  private long requests;
  private long requestedBytes;
  private long hedges;
  private long hedgedBytes;

  /**
   * @param maxRangeBytes the length of the largest range
   */
  HedgeBudget(long maxRangeBytes) {
    this.freeBytes = maxRangeBytes;
  }

  /** Counts a request, a hedge or not. */
  synchronized void requested(long length) {
    requests++;
    requestedBytes += length;
  }

  /** Whether a hedge of that many bytes is allowed. If so, it is counted. */
  synchronized boolean tryHedge(long length) {
    if (hedges + 1 > requests / REQUESTS_PER_HEDGE + FREE_HEDGES
        || hedgedBytes + length > requestedBytes / REQUESTS_PER_HEDGE + freeBytes) {
      return false;
    }
    hedges++;
    hedgedBytes += length;
    return true;
  }
}
