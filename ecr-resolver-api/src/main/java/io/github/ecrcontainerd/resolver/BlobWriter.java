package io.github.ecrcontainerd.resolver;

import java.nio.ByteBuffer;

/**
 * Writes the bytes of one blob, in order. For one thread at a time.
 *
 * <p>The blob is not in the registry before {@link #commit} returns. A writer that is closed
 * without a commit leaves no blob there.
 */
public interface BlobWriter extends AutoCloseable {

  /**
   * Writes all remaining bytes of the buffer, which may be reused when this method returns.
   *
   * @throws ResolverException if the registry refuses it, with {@link
   *     ResolverException.Code#UPLOAD_LOST} if another writer may succeed with the same bytes
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void write(ByteBuffer bytes) throws InterruptedException;

  /**
   * Completes the blob. If the registry has received the same blob from another writer meanwhile,
   * the call succeeds.
   *
   * @throws ResolverException if the written bytes don't match the descriptor, or the registry
   *     refuses them, with {@link ResolverException.Code#UPLOAD_LOST} if another writer may succeed
   *     with the same bytes
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void commit() throws InterruptedException;

  /** Discards what was not committed. A second call does nothing. */
  @Override
  void close();
}
