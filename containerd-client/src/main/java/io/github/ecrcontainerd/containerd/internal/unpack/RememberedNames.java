package io.github.ecrcontainerd.containerd.internal.unpack;

/**
 * Bounds what is remembered of a layer until its end: the names of its directories, and of what its
 * root has.
 */
final class RememberedNames {
  private static final int MAX_LENGTH = 16 << 20;

  private int length;

  /**
   * Counts one.
   *
   * @throws UnknownArchiveException if there are too many
   */
  void add(String name) throws UnknownArchiveException {
    length += name.length() + Long.BYTES;
    if (length > MAX_LENGTH) {
      throw new UnknownArchiveException("too many directories");
    }
  }
}
