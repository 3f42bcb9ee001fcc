package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import javax.net.SocketFactory;

/** Creates sockets that connect to one path, whatever address is given. */
final class UnixSocketFactory extends SocketFactory {
  private final Transport transport;
  private final Path path;

  UnixSocketFactory(Transport transport, Path path) {
    this.transport = transport;
    this.path = path;
  }

  private Socket connect() throws IOException {
    return new ConnectedSocket(transport.connect(path));
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
