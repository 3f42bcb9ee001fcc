package io.github.ecrcontainerd.resolver;

import java.nio.ByteBuffer;

/**
 * Takes the bytes of one blob, in order. For one thread at a time.
 *
 * <p>Nothing is in the registry before {@link #commit} returns; a writer that is closed without it
 * leaves no blob there.
 */
public interface BlobWriter extends AutoCloseable {

  /**
   * Takes all that remains in the buffer, which may be used again when this returns.
   *
   * @throws ResolverException if the registry refuses it, with {@link
   *     ResolverException.Code#UPLOAD_LOST} if another writer may succeed with the same bytes
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void write(ByteBuffer bytes) throws InterruptedException;

  /**
   * Ends the blob. A blob that the registry got from another writer meanwhile is success.
   *
   * @throws ResolverException if what was written is not what the descriptor says, or the registry
   *     refuses it, with {@link ResolverException.Code#UPLOAD_LOST} if another writer may succeed
   *     with the same bytes
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void commit() throws InterruptedException;

  /** Gives up what was not committed. A second call does nothing. */
  @Override
  void close();
}
