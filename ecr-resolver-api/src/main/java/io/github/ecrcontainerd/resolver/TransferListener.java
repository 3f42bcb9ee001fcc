package io.github.ecrcontainerd.resolver;

/**
 * Is told how the transfer of each manifest and blob goes: {@link #started} once, {@link
 * #transferred} any number of times, then {@link #completed} or {@link #failed} once. Blobs travel
 * at the same time, so calls for different ones come from different threads; those for one blob
 * come one after the other. A call must not block: the bytes wait for it.
 *
 * <p>What a call throws ends the transfer. The call of the resolver that the listener was told from
 * ({@code resolve}, {@code fetch}, {@code read}, {@code write}, {@code commit}, {@code
 * putManifest}, {@code putRoot}) throws it on, and {@link #failed} is told with it as the cause,
 * unless the transfer had ended. Bytes that the registry has by then stay there. What {@link
 * #failed} throws doesn't hide why the transfer failed: it is added to that as suppressed, or
 * thrown by {@code close} where the transfer ended by that.
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
