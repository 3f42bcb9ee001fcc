package io.github.ecrcontainerd.resolver;

import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a manifest or blob, in order: of a registry, or of a content store. For one thread
 * at a time.
 *
 * <p>A reader lends its buffers: what {@link #read} returns may be read until the next call of
 * {@code read} or {@code close}, and holds other bytes after that. It lends exactly as many bytes
 * as were asked for, or {@code read} throws. It doesn't check their digest: the consumer does,
 * where the bytes come from a registry, because it hashes them anyway.
 */
public interface BlobReader extends AutoCloseable {

  /**
   * The next bytes, at least one; {@code null} after the last.
   *
   * @throws ResolverException if a registry's bytes can't be had; another reader throws the
   *     unchecked exception of its own library
   * @throws InterruptedException if the thread is interrupted while it waits for them
   */
  @Nullable ByteBuffer read() throws InterruptedException;

  /**
   * The bytes that were not read yet, as a stream. To close the stream is to close this reader; a
   * reader that is read by its stream is read in no other way.
   *
   * <p>What {@link #read} throws comes through, but for an interrupt: the stream then throws {@link
   * java.io.InterruptedIOException}, and the thread's interrupt status is set. {@link
   * InputStream#available} waits for the next bytes, so it is 0 at the end only. After {@link
   * InputStream#close} every call but another {@code close} throws {@link java.io.IOException}.
   */
  default InputStream asInputStream() {
    return new BlobInputStream(this);
  }

  /** Ends the transfer at any point of it. A second call does nothing. */
  @Override
  void close();
}
