package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketImpl;
import java.util.function.Consumer;

/** A connection as a {@code Socket}, with only the methods that grpc-okhttp uses. */
final class ConnectedSocket extends Socket {
  private final Connection connection;
  private final Consumer<ConnectedSocket> onClose;
  private volatile boolean closed;

  /**
   * @param onClose is told when it is closed
   */
  ConnectedSocket(Connection connection, Consumer<ConnectedSocket> onClose) throws IOException {
    super((SocketImpl) null);
    this.connection = connection;
    this.onClose = onClose;
  }

  @Override
  public InputStream getInputStream() {
    return connection.input();
  }

  @Override
  public OutputStream getOutputStream() {
    return connection.output();
  }

  @Override
  public void shutdownOutput() throws IOException {
    connection.shutdownOutput();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    onClose.accept(this);
    connection.close();
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isClosed() {
    return closed;
  }

  /** Does nothing: a TCP option, which grpc-okhttp sets on every socket. */
  @Override
  public void setTcpNoDelay(boolean on) {}

  @Override
  public String toString() {
    return connection.toString();
  }
}
