package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a blob in the content store, in order. For one thread at a time.
 *
 * <p>What {@link #read} returns may be read until the next call of {@code read} or {@code close}.
 * The daemon verified the blob when it was committed, not while it is read.
 */
public interface ContentReader extends AutoCloseable {

  /**
   * The next bytes, at least one; {@code null} behind the last.
   *
   * @throws ContainerdException if they can't be had; at the first call with {@link
   *     ContainerdException.Code#NOT_FOUND} if there is no such blob; behind its last byte with
   *     {@link ContainerdException.Code#OUT_OF_RANGE} if the range goes further
   * @throws InterruptedException if the thread is interrupted while it waits for them
   */
  @Nullable ByteBuffer read() throws InterruptedException;

  /** Ends the reading, wherever it is. */
  @Override
  void close();
}
