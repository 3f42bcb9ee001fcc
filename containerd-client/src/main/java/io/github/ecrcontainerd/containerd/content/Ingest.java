package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A blob that is being written into the content store. For one thread at a time.
 *
 * <p>An ingest that is closed before its commit keeps its bytes: the next ingest with the same ref
 * resumes after them. At the commit the daemon checks the hash of the whole blob.
 *
 * <p>Each call throws {@link ContainerdException} once the daemon has reported an error, also an
 * error about bytes of an earlier call. An interrupt ends the ingest as {@link #close} does.
 */
public interface Ingest extends AutoCloseable {

  /** How an ingest ended. */
  enum Outcome {
    /** This ingest added the blob to the store. */
    COMMITTED,
    /**
     * Another writer added the blob first. The blob is usable, but doesn't have this ingest's
     * labels.
     */
    ALREADY_EXISTS
  }

  /**
   * The offset of the next byte, which is the number of bytes that the ingest has. It starts above
   * 0 if the ingest resumes.
   */
  long offset();

  /**
   * Writes all remaining bytes of the buffer, which may have any size and be direct or not. The
   * caller may reuse the buffer when this returns.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if the
   *     total exceeds the size that the ingest was opened with; the ingest is then aborted
   */
  void write(ByteBuffer bytes) throws InterruptedException;

  /**
   * Discards all bytes of the ingest, including those of an earlier one, and keeps its ref. The
   * next byte is the first.
   */
  void truncate() throws InterruptedException;

  /**
   * Checks the size and digest, and makes the bytes a blob with these labels.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if the
   *     size or digest is wrong; the ingest is then aborted, so that the next one starts from the
   *     first byte
   */
  Outcome commit(Map<String, String> labels) throws InterruptedException;

  /** Aborts the ingest and discards its bytes. */
  void abort() throws InterruptedException;

  /**
   * Keeps an ingest that is neither committed nor aborted, so that it can be resumed. Waits at most
   * some seconds for the daemon to write the bytes that were sent.
   */
  @Override
  void close();
}
