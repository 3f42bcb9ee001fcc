package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.SocketFactory;

/** Creates sockets that connect to one path, whatever address is given. */
final class UnixSocketFactory extends SocketFactory {
  private final Transport transport;
  private final Path path;
  private final Set<ConnectedSocket> open = ConcurrentHashMap.newKeySet();

  UnixSocketFactory(Transport transport, Path path) {
    this.transport = transport;
    this.path = path;
  }

  private Socket connect() throws IOException {
    ConnectedSocket socket = new ConnectedSocket(transport.connect(path), open::remove);
    open.add(socket);
    return socket;
  }

  /** Closes the sockets that are open, whatever their threads wait for. */
  void closeAll() throws IOException {
    for (ConnectedSocket socket : open) {
      socket.close();
    }
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return connect();
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return connect();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    return connect();
  }

  @Override
  public Socket createSocket(InetAddress address, int port, InetAddress local, int localPort)
      throws IOException {
    return connect();
  }
}
