package io.github.ecrcontainerd.ecr.internal.download;

/**
 * How many ranges may be asked for a second time because they are late: AWS advises it for the
 * slowest requests to S3 ("Performance Guidelines for Amazon S3"). What that may waste is a share
 * of all: one request in twenty and two more, one byte in twenty and one range more.
 */
final class SecondRequests {
  private static final int SHARE = 20;
  private static final int FREE = 2;

  private final long freeBytes;
  private long requests;
  private long bytes;
  private long second;
  private long secondBytes;

  /**
   * @param largest the length of the largest range, in bytes
   */
  SecondRequests(long largest) {
    this.freeBytes = largest;
  }

  /** A request is made, the first or a second one. */
  synchronized void asked(long length) {
    requests++;
    bytes += length;
  }

  /** Whether a second request for so many bytes may be made; it counts as made if so. */
  synchronized boolean allow(long length) {
    if (second + 1 > requests / SHARE + FREE || secondBytes + length > bytes / SHARE + freeBytes) {
      return false;
    }
    second++;
    secondBytes += length;
    return true;
  }
}
