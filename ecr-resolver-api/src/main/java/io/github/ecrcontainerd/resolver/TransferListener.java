package io.github.ecrcontainerd.resolver;

import java.time.Duration;

/**
 * Receives the progress of each manifest and blob transfer: {@link #started} once, {@link
 * #transferred} any number of times, then {@link #completed} or {@link #failed} once. Blobs are
 * transferred concurrently, so calls for different blobs come from different threads. Calls for one
 * blob come one after the other. A call must not block, because the transfer waits for it. A
 * resolver that retries, hedges, renews URLs or is throttled calls {@link #retrying}, {@link
 * #hedged}, {@link #urlRenewed} and {@link #throttled}; the consumer of the content doesn't.
 *
 * <p>If a listener method throws, the transfer ends. The resolver's method that called the listener
 * ({@code resolve}, {@code fetch}, {@code read}, {@code write}, {@code commit}, {@code
 * putManifest}, {@code putRoot}) throws the same exception, and {@link #failed} is called with it
 * as the cause, unless the transfer had already ended. Bytes that the registry has received by then
 * stay there. An exception from {@link #failed} doesn't hide why the transfer failed: it is added
 * to that failure as suppressed, or thrown by {@code close} if closing ended the transfer.
 */
public interface TransferListener {

  /**
   * The transfer begins.
   *
   * @param offset the first byte of the transfer: above 0 if it resumes an earlier one
   */
  default void started(Descriptor content, long offset) {}

  /**
   * More bytes have arrived.
   *
   * @param bytes how many since the last call
   */
  default void transferred(Descriptor content, long bytes) {}

  /**
   * A request failed: the registry sends nothing, is unreachable or answers incorrectly. The
   * missing bytes are requested again after a pause. Calls to this method and to the three below
   * come from other threads than the rest, also concurrently.
   *
   * @param reason one line
   */
  default void retrying(Descriptor content, String reason, Duration pause) {}

  /**
   * A part of the content arrives more slowly than the others, so it is requested a second time (a
   * hedge).
   */
  default void hedged(Descriptor content) {}

  /** The URL of the content expired or was refused, and has been replaced by a new one. */
  default void urlRenewed(Descriptor content) {}

  /**
   * The registry throttled an API call, which is made again after a pause.
   *
   * @param operation the name of the API's operation
   */
  default void throttled(String operation, Duration pause) {}

  /** All bytes have arrived. */
  default void completed(Descriptor content) {}

  /** The transfer ended early: by an error, or because it was closed. */
  default void failed(Descriptor content, Throwable cause) {}
}
