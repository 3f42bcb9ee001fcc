package io.github.ecrcontainerd.local;

/**
 * Some bytes of a blob.
 *
 * @param first the position of the first byte
 * @param length the number of bytes
 */
public record ByteRange(long first, long length) {

  public ByteRange {
    if (first < 0 || length < 0) {
      throw new IllegalArgumentException("Not a range of bytes: " + length + " from " + first);
    }
  }

  /** The position after the last byte. */
  public long end() {
    return first + length;
  }

  /** The form of HTTP's Content-Range: {@code 0-99}. */
  @Override
  public String toString() {
    return first + "-" + (end() - 1);
  }
}
