package io.github.ecrcontainerd.resolver;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A reader of bytes in memory, which it returns in one buffer. */
final class BytesReader implements BlobReader {
  private @Nullable ByteBuffer rest;

  /**
   * @param content the bytes, which are not modified
   * @param offset the first byte to read, at most the content's length
   */
  BytesReader(byte[] content, int offset) {
    ByteBuffer bytes = ByteBuffer.wrap(content, offset, content.length - offset);
    this.rest = bytes.hasRemaining() ? bytes.slice().asReadOnlyBuffer() : null;
  }

  @Override
  public @Nullable ByteBuffer read() {
    ByteBuffer all = rest;
    rest = null;
    return all;
  }

  @Override
  public void close() {
    rest = null;
  }
}
