package io.github.ecrcontainerd.containerd.internal.transport;

import java.net.ConnectException;
import java.nio.file.Path;

/** Connects to unix sockets. Safe for use by several threads at once. */
@FunctionalInterface
public interface Transport {

  /**
   * Connects to the socket at a path. Waits a few seconds at most. An interrupt has no effect.
   *
   * @throws ConnectException if it can't; the message says why and what to do, and is the same for
   *     all transports: {@link ConnectFailure}
   */
  Connection connect(Path socket) throws ConnectException;
}
