package io.github.ecrcontainerd.resolver;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A blob as a stream: see {@link BlobReader#asInputStream}. For one thread at a time. */
final class BlobInputStream extends InputStream {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final BlobReader reader;
  private @Nullable ByteBuffer lent = NOTHING;
  private boolean closed;

  BlobInputStream(BlobReader reader) {
    this.reader = reader;
  }

  @Override
  public int read() throws IOException {
    ByteBuffer bytes = next();
    return bytes == null ? -1 : Byte.toUnsignedInt(bytes.get());
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    ByteBuffer bytes = next();
    if (bytes == null) {
      return -1;
    }
    int count = Math.min(length, bytes.remaining());
    bytes.get(target, offset, count);
    return count;
  }

  @Override
  public int available() throws IOException {
    ByteBuffer bytes = next();
    return bytes == null ? 0 : bytes.remaining();
  }

  /** Returns the lent bytes that are still unread, at least one; {@code null} after the last. */
  private @Nullable ByteBuffer next() throws IOException {
    if (closed) {
      throw new IOException("The stream is closed");
    }
    while (lent != null && !lent.hasRemaining()) {
      lent = lend();
    }
    return lent;
  }

  private @Nullable ByteBuffer lend() throws InterruptedIOException {
    try {
      return reader.read();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException(e.getMessage());
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      lent = null;
      reader.close();
    }
  }
}
