package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/**
 * Refuses a socket whose listener is neither root nor this process's user. Any process that can
 * create a socket at the daemon's path would receive the data that is sent to it.
 */
public final class TrustedTransport implements Transport {
  private static final int ROOT = 0;

  private final Transport transport;

  public TrustedTransport(Transport transport) {
    this.transport = transport;
  }

  @Override
  public Connection connect(Path socket) throws ConnectException {
    Connection connection = transport.connect(socket);
    try {
      requireTrusted(connection, socket);
      return connection;
    } catch (ConnectException e) {
      throw closed(connection, e);
    } catch (IOException | RuntimeException e) {
      throw closed(
          connection, ConnectFailure.other(socket, "its peer is unknown: " + e.getMessage()));
    }
  }

  private static void requireTrusted(Connection connection, Path socket) throws IOException {
    UserPrincipal user = connection.peer().user();
    if (!user.equals(Principals.user(ROOT)) && !user.equals(Principals.ownUser())) {
      throw new ConnectException(
          "%s is served by the user %s, and only root or %s is trusted: is that your containerd?"
              .formatted(socket, user.getName(), Principals.ownUser().getName()));
    }
  }

  private static ConnectException closed(Connection connection, ConnectException failure) {
    try {
      connection.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }
}
