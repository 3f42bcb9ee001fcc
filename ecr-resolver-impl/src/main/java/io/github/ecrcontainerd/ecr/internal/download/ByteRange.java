package io.github.ecrcontainerd.ecr.internal.download;

/**
 * Some bytes of a blob, as HTTP counts them (RFC 9110, section 14).
 *
 * @param first the first byte's position
 * @param length how many, at least one
 * @param total how many the whole blob has
 */
record ByteRange(long first, long length, long total) {

  ByteRange {
    if (first < 0 || length < 1 || length > total - first) {
      throw new IllegalArgumentException(
          "No range: %d bytes from %d of %d".formatted(length, first, total));
    }
  }

  /** Whether it is all of the blob: then it is asked for by a plain request. */
  boolean isWhole() {
    return length == total;
  }

  /** The value of the request's Range header. */
  String requested() {
    return "bytes=%d-%d".formatted(first, end() - 1);
  }

  /** The value that the answer's Content-Range header has to have. */
  String answered() {
    return "bytes %d-%d/%d".formatted(first, end() - 1, total);
  }

  /** The position after the last byte. */
  long end() {
    return first + length;
  }

  /** What is left of it after so many bytes. */
  ByteRange after(long bytes) {
    return new ByteRange(first + bytes, length - bytes, total);
  }
}
