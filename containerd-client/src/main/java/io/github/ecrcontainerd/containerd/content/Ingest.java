package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A blob on its way into the content store. For one thread at a time.
 *
 * <p>An ingest that is closed before it is committed keeps the bytes that it has: the next one of
 * the same ref goes on behind them. The daemon hashes all of it and checks that when it is
 * committed.
 *
 * <p>Each call throws {@link ContainerdException} as soon as the daemon has said that something is
 * wrong, also about bytes of an earlier call. An interrupt ends the ingest as closing does.
 */
public interface Ingest extends AutoCloseable {

  /** How an ingest ended. */
  enum Outcome {
    /** The blob is in the store, by this ingest. */
    COMMITTED,
    /**
     * The blob was in the store already, by another writer: as good, but labels of this ingest are
     * not on it.
     */
    ALREADY_EXISTS
  }

  /** The next byte wanted: how many the ingest has already. Above 0 at first where it resumes. */
  long offset();

  /**
   * Takes all that remains in the buffer, of any size and any kind, which may be used again when
   * this returns.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if that
   *     makes more bytes than the ingest was opened for; it is aborted then
   */
  void write(ByteBuffer bytes) throws InterruptedException;

  /**
   * Forgets the bytes that the ingest has, those of an earlier one too, and keeps its ref: the next
   * byte wanted is the first.
   */
  void truncate() throws InterruptedException;

  /**
   * Makes the bytes a blob with these labels, after checking their number and their digest.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if one is
   *     wrong; the ingest is aborted then, so that the next one starts from the first byte
   */
  Outcome commit(Map<String, String> labels) throws InterruptedException;

  /** Gives up the ingest and its bytes. */
  void abort() throws InterruptedException;

  /**
   * Leaves an ingest that is neither committed nor aborted to be resumed; waits some seconds at
   * most for the daemon to write what it was sent.
   */
  @Override
  void close();
}
