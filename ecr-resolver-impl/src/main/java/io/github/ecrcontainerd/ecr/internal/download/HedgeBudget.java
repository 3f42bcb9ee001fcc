package io.github.ecrcontainerd.ecr.internal.download;

/**
 * How many late ranges may be hedged: asked for a second time on another connection. AWS advises
 * that for the slowest requests to S3 ("Performance Guidelines for Amazon S3"). What it may waste
 * is a share of all: one request in twenty and two more, one byte in twenty and one range more.
 * Safe for use by several threads at once.
 */
final class HedgeBudget {
  /** One hedge for so many requests, one hedged byte for so many bytes. */
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

  /** A request is made, a hedge or not. */
  synchronized void requested(long length) {
    requests++;
    requestedBytes += length;
  }

  /** Whether a hedge of so many bytes may be made; it counts as made if so. */
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
