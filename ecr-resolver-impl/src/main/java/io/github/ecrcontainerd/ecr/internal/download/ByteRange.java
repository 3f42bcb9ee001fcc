package io.github.ecrcontainerd.ecr.internal.download;

/**
 * Some bytes of a blob, as HTTP counts them (RFC 9110, section 14).
 *
 * @param first the first byte's position
 * @param length the number of bytes, at least one
 * @param total the size of the whole blob
 */
record ByteRange(long first, long length, long total) {

  ByteRange {
    if (first < 0 || length < 1 || length > total - first) {
      throw new IllegalArgumentException(
          "No range: %d bytes from %d of %d".formatted(length, first, total));
    }
  }

  /** Whether it is the whole blob, which is requested without a Range header. */
  boolean isWhole() {
    return length == total;
  }

  /** The value of the request's Range header. */
  String requested() {
    return "bytes=%d-%d".formatted(first, end() - 1);
  }

  /** The required value of the answer's Content-Range header. */
  String answered() {
    return "bytes %d-%d/%d".formatted(first, end() - 1, total);
  }

  /** The position after the last byte. */
  long end() {
    return first + length;
  }

  /** The rest of this range after that many bytes. */
  ByteRange after(long bytes) {
    return new ByteRange(first + bytes, length - bytes, total);
  }
}
