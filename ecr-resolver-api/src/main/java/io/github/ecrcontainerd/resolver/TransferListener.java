package io.github.ecrcontainerd.resolver;

import java.time.Duration;

/**
 * Is told how the transfer of each manifest and blob goes: {@link #started} once, {@link
 * #transferred} any number of times, then {@link #completed} or {@link #failed} once. Blobs travel
 * at the same time, so calls for different ones come from different threads; those for one blob
 * come one after the other. A call must not block: the bytes wait for it. What happens on the way,
 * {@link #retrying} and those after it, is told by a resolver that has such things, and not by who
 * reads from it.
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

  /**
   * It doesn't get on: the registry is silent, away or answers wrongly. What is missing is asked
   * for again after a pause. This and the three calls below come from other threads than the rest,
   * also at the same time.
   *
   * @param reason one line
   */
  default void retrying(Descriptor content, String reason, Duration pause) {}

  /** A part of it comes more slowly than the others: it is asked for a second time (a hedge). */
  default void hedged(Descriptor content) {}

  /** The URL that it comes from has expired or is refused: there is a new one. */
  default void urlRenewed(Descriptor content) {}

  /**
   * The registry's quota is used up: a call of its API is made again after a pause.
   *
   * @param operation of the API, by its name there
   */
  default void throttled(String operation, Duration pause) {}

  /** All of it has arrived. */
  default void completed(Descriptor content) {}

  /** It ended early: by an error, or because it was closed. */
  default void failed(Descriptor content, Throwable cause) {}
}
