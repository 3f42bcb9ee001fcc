package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * What the server was asked for, since it started or was last {@link #reset}.
 *
 * <p>Bytes are counted when they are handed to the connection, so a client that has all of an
 * answer finds all of it counted. Where a client leaves early the count comes down again as soon as
 * the server has noticed: {@link #awaitIdle} first.
 */
public interface Counters {

  /** How often an operation was called, throttled and failed calls included. */
  long requests(Operation operation);

  /** How often any was called. */
  long requests();

  /** The layer requests, in the order of their arrival; of very many only the last 100,000. */
  List<LayerTransfer> layerTransfers();

  /** How many layer requests were refused because of their URL: not signed here, or too old. */
  long refusedLayerRequests();

  /** How many bytes of all layers were sent. */
  long layerBytes();

  /** How many bytes of a layer were sent. */
  long layerBytes(Digest digest);

  /** Connections to the API that are open now. */
  int openApiConnections();

  /** Connections to the layer endpoint that are open now. */
  int openLayerConnections();

  /** How many connections to the layer endpoint were made: over TLS each costs a handshake. */
  long madeLayerConnections();

  /** The most that were open to the layer endpoint at one time. */
  int mostLayerConnections();

  /**
   * Waits until no layer is being sent.
   *
   * @throws TimeoutException if one still is after that time
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void awaitIdle(Duration atMost) throws InterruptedException, TimeoutException;

  /** Starts all counts again, but those of connections that are open. */
  void reset();
}
