package io.github.ecrcontainerd.containerd.internal.transport;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A socket at which as many wait as the kernel lets wait. */
final class FullBacklog implements AutoCloseable {
  private final Path socket;
  private final ServerSocketChannel server;
  private final List<SocketChannel> waiting = new ArrayList<>();

  FullBacklog(Path socket) throws IOException {
    this.socket = socket;
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1);
    while (connect(address)) {}
  }

  private boolean connect(UnixDomainSocketAddress address) throws IOException {
    SocketChannel next = SocketChannel.open(StandardProtocolFamily.UNIX);
    waiting.add(next);
    next.configureBlocking(false);
    try {
      return next.connect(address);
    } catch (SocketException e) {
      return false; // EAGAIN: connect(2).
    }
  }

  Path socket() {
    return socket;
  }

  /** Makes room for one. */
  void accept() throws IOException {
    server.accept().close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel channel : waiting) {
      channel.close();
    }
  }
}
