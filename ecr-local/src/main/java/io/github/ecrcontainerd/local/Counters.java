package io.github.ecrcontainerd.local;

import io.github.ecrcontainerd.resolver.Digest;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Counts the server's requests since it started, or since the last {@link #reset}.
 *
 * <p>Bytes are counted when they are passed to the connection, so a client that has received an
 * answer finds all of it counted. If a client disconnects early, the count is corrected as soon as
 * the server notices. Call {@link #awaitIdle} first in that case.
 */
public interface Counters {

  /** The number of calls of an operation, including throttled and failed calls. */
  long requests(Operation operation);

  /**
   * How many calls of an operation were answered with ThrottlingException, by a rate or a fault of
   * the conditions.
   */
  long throttled(Operation operation);

  /** The number of calls of all operations. */
  long requests();

  /** The layer requests in the order of their arrival, at most the last 100,000. */
  List<LayerTransfer> layerTransfers();

  /**
   * How many layer requests were refused because of their URL: not signed by this server, or
   * expired.
   */
  long refusedLayerRequests();

  /** How many bytes of all layers were sent. */
  long layerBytes();

  /** How many bytes of a layer were sent. */
  long layerBytes(Digest digest);

  /** The number of open connections to the API. */
  int openApiConnections();

  /** The number of open connections to the layer endpoint. */
  int openLayerConnections();

  /** How many connections to the layer endpoint were opened. With TLS, each needs a handshake. */
  long madeLayerConnections();

  /** The maximum number of connections to the layer endpoint at one time. */
  int mostLayerConnections();

  /**
   * Waits until no layer is being sent.
   *
   * @throws TimeoutException if a layer is still being sent after that time
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void awaitIdle(Duration atMost) throws InterruptedException, TimeoutException;

  /** Resets all counts except those of open connections. */
  void reset();
}
