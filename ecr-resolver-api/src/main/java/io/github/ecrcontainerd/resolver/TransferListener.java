package io.github.ecrcontainerd.resolver;

/**
 * Is told how the transfer of each manifest and blob goes: {@link #started} once, {@link
 * #transferred} any number of times, then {@link #completed} or {@link #failed} once. Blobs travel
 * at the same time, so calls for different ones come from different threads; those for one blob
 * come one after the other. A call must not throw, and must not block: the bytes wait for it.
 */
public interface TransferListener {

  /**
   * The transfer begins.
   *
   * @param offset the byte that it begins at: above 0 where an earlier one is continued
   */
  default void started(Descriptor content, long offset) {}

  /**
   * More of it has arrived.
   *
   * @param bytes how many since the last call
   */
  default void transferred(Descriptor content, long bytes) {}

  /** All of it has arrived. */
  default void completed(Descriptor content) {}

  /** It ended early: by an error, or because it was closed. */
  default void failed(Descriptor content, Throwable cause) {}
}
