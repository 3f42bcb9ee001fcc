package io.github.ecrcontainerd.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A socket that leads to another one, until it is told to break: then the connection ends when the
 * client next sends something, before a byte of it gets through. The next connection holds.
 */
final class Relay implements AutoCloseable {
  private final Path socket;
  private final Path behind;
  private final ServerSocketChannel server;
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean breaking;

  private Relay(Path socket, Path behind) throws IOException {
    this.socket = socket;
    this.behind = behind;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().start(this::acceptAll);
  }

  /** Opens one at a path, to a socket that is there. */
  static Relay open(Path socket, Path behind) throws IOException {
    return new Relay(socket, behind);
  }

  Path socket() {
    return socket;
  }

  /** How many there have been. */
  int connections() {
    return connections.get();
  }

  void breakTheConnection() {
    breaking = true;
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        connections.incrementAndGet();
        SocketChannel daemon = SocketChannel.open(UnixDomainSocketAddress.of(behind));
        Thread.ofPlatform().daemon().start(() -> copy(client, daemon, true));
        Thread.ofPlatform().daemon().start(() -> copy(daemon, client, false));
      }
    } catch (ClosedChannelException e) {
      // Closed: nobody is to come any more.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void copy(SocketChannel from, SocketChannel to, boolean ofClient) {
    ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
    try (from;
        to) {
      while (from.read(bytes.clear()) >= 0) {
        if (ofClient && breaking) {
          breaking = false;
          return;
        }
        bytes.flip();
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
      }
    } catch (IOException e) {
      // One of the two has gone, and the other one hears of it.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.delete(socket);
  }
}
