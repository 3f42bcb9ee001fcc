package io.github.ecrcontainerd.containerd.internal.transport;

import java.net.ConnectException;
import java.nio.file.Path;

/** A way to reach a unix socket. Safe for use by several threads at once. */
@FunctionalInterface
public interface Transport {

  /**
   * Connects to the socket at a path. Waits a few seconds at most, whether its thread is
   * interrupted or not.
   *
   * @throws ConnectException if it can't; the message says why and what to do, in the same words
   *     whichever way this is: {@link ConnectFailure}
   */
  Connection connect(Path socket) throws ConnectException;
}
