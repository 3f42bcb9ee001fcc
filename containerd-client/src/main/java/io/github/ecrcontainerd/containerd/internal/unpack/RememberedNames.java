package io.github.ecrcontainerd.containerd.internal.unpack;

/**
 * Limits the memory for names that are kept until the end of a layer: those of its directories, and
 * of the entries in its root.
 */
final class RememberedNames {
  private static final int MAX_LENGTH = 16 << 20;

  private int length;

  /**
   * Counts a name.
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
