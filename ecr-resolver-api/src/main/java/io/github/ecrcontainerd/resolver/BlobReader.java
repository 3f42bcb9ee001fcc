package io.github.ecrcontainerd.resolver;

import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a manifest or blob in order, from a registry or from a content store. For one
 * thread at a time.
 *
 * <p>A reader lends its buffers: a buffer that {@link #read} returns is valid until the next call
 * of {@code read} or {@code close}, and holds other bytes after that. The reader returns exactly as
 * many bytes as were requested, or {@code read} throws. It doesn't check the digest. The consumer
 * of a registry's bytes checks it, because it hashes them anyway.
 */
public interface BlobReader extends AutoCloseable {

  /**
   * Returns the next bytes, at least one; {@code null} after the last.
   *
   * @throws ResolverException if a registry's bytes can't be read; another reader throws the
   *     unchecked exception of its own library
   * @throws InterruptedException if the thread is interrupted while it waits for them
   */
  @Nullable ByteBuffer read() throws InterruptedException;

  /**
   * Returns the unread bytes as a stream. Closing the stream closes this reader. Don't call {@link
   * #read} once the stream is in use.
   *
   * <p>The stream throws what {@link #read} throws, except on an interrupt: it then throws {@link
   * java.io.InterruptedIOException}, and sets the thread's interrupt status. {@link
   * InputStream#available} waits for the next bytes, so it returns 0 only at the end. After {@link
   * InputStream#close} every call except another {@code close} throws {@link java.io.IOException}.
   */
  default InputStream asInputStream() {
    return new BlobInputStream(this);
  }

  /**
   * Tells the source that its bytes don't have the blob's digest. A source that has the blob in
   * several places (a mirror, then the registry) reads it from another one next time. Called before
   * {@link #close}. Does nothing by default.
   */
  default void rejected() {}

  /** Ends the transfer, complete or not. A second call does nothing. */
  @Override
  void close();
}
