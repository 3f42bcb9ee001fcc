package io.github.ecrcontainerd.resolver;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a manifest or blob, in order. For one thread at a time.
 *
 * <p>A reader lends its buffers: what {@link #read} returns may be read until the next call of
 * {@code read} or {@code close}, and holds other bytes after that. The registry sent exactly as
 * many bytes as the descriptor says, or {@code read} throws; whether they are the right ones is for
 * the reader's owner to check, who hashes them anyway on their way.
 */
public interface BlobReader extends AutoCloseable {

  /**
   * The next bytes, at least one; {@code null} behind the last.
   *
   * @throws ResolverException if they can't be had
   * @throws InterruptedException if the thread is interrupted while it waits for them
   */
  @Nullable ByteBuffer read() throws InterruptedException;

  /** Ends the transfer, wherever it is. */
  @Override
  void close();
}
