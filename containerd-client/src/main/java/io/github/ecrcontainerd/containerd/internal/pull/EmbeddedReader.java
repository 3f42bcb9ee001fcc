package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.EmbeddedData;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a descriptor carries itself. */
final class EmbeddedReader implements BlobReader {
  private final ByteBuffer rest;

  EmbeddedReader(EmbeddedData data, long offset) {
    this.rest = ByteBuffer.wrap(data.bytes()).position(Math.toIntExact(offset));
  }

  @Override
  public @Nullable ByteBuffer read() {
    if (!rest.hasRemaining()) {
      return null;
    }
    ByteBuffer all = rest.slice().asReadOnlyBuffer();
    rest.position(rest.limit());
    return all;
  }

  @Override
  public void close() {
    rest.position(rest.limit());
  }
}
