package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.BlobReader;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A manifest, which arrives whole. */
final class BytesReader implements BlobReader {
  private @Nullable ByteBuffer rest;

  BytesReader(byte[] content, long offset) {
    int from = Math.toIntExact(Math.min(offset, content.length));
    ByteBuffer bytes = ByteBuffer.wrap(content, from, content.length - from).asReadOnlyBuffer();
    this.rest = bytes.hasRemaining() ? bytes : null;
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
