package io.github.ecrcontainerd.local;

/**
 * Some bytes of a blob.
 *
 * @param first where they begin
 * @param length how many there are
 */
public record ByteRange(long first, long length) {

  public ByteRange {
    if (first < 0 || length < 0) {
      throw new IllegalArgumentException("Not a range of bytes: " + length + " from " + first);
    }
  }

  /** The byte behind the last. */
  public long end() {
    return first + length;
  }

  /** As HTTP writes it in a Content-Range: {@code 0-99}. */
  @Override
  public String toString() {
    return first + "-" + (end() - 1);
  }
}
