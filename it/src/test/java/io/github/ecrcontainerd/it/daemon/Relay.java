package io.github.ecrcontainerd.it.daemon;

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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A socket that forwards to another one, until it is told to break. It then closes the connection
 * when the client next begins a call, before it forwards a byte of the call. The next connection
 * works again. Closing it ends all of its connections.
 */
public final class Relay implements AutoCloseable {
  private final Path socket;
  private final Path behind;
  private final ServerSocketChannel server;
  private final AtomicInteger connections = new AtomicInteger();
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean breaking;

  private Relay(Path socket, Path behind) throws IOException {
    this.socket = socket;
    this.behind = behind;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().start(this::acceptAll);
  }

  /** Opens one at a path, to an existing socket. */
  public static Relay open(Path socket, Path behind) throws IOException {
    return new Relay(socket, behind);
  }

  public Path socket() {
    return socket;
  }

  /** How many connections there have been. */
  int connections() {
    return connections.get();
  }

  public void breakTheConnection() {
    breaking = true;
  }

  private void acceptAll() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        connections.incrementAndGet();
        clients.add(client);
        forward(client);
      }
    } catch (ClosedChannelException e) {
      // The relay was closed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void forward(SocketChannel client) throws IOException {
    SocketChannel daemon;
    try {
      daemon = SocketChannel.open(UnixDomainSocketAddress.of(behind));
    } catch (IOException e) {
      // Nobody listens there now, such as while the daemon restarts: the client learns the same.
      clients.remove(client);
      client.close();
      return;
    }
    Thread.ofPlatform().daemon().start(() -> copy(client, daemon, true));
    Thread.ofPlatform().daemon().start(() -> copy(daemon, client, false));
  }

  private void copy(SocketChannel from, SocketChannel to, boolean ofClient) {
    ByteBuffer bytes = ByteBuffer.allocate(64 << 10);
    Frames frames = new Frames();
    try (from;
        to) {
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
        if (ofClient && frames.beginACall(bytes.duplicate()) && breaking) {
          breaking = false;
          return;
        }
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
      }
    } catch (IOException e) {
      // One side has closed its connection, and the other one is closed now.
    } finally {
      clients.remove(ofClient ? from : to);
    }
  }

  /**
   * Finds calls in what a client sends by HTTP/2: a preface of 24 bytes, then frames, each after a
   * header of 9 bytes (RFC 9113, section 4.1). Other frames answer pings and acknowledge data.
   */
  private static final class Frames {
    private static final byte HEADERS = 1;

    private final ByteBuffer header = ByteBuffer.allocate(9);
    private int toSkip = 24;

    /** Whether a call begins in the next bytes. */
    boolean beginACall(ByteBuffer bytes) {
      boolean begins = false;
      while (bytes.hasRemaining()) {
        if (toSkip > 0) {
          int count = Math.min(toSkip, bytes.remaining());
          bytes.position(bytes.position() + count);
          toSkip -= count;
        } else {
          header.put(bytes.get());
          if (!header.hasRemaining()) {
            toSkip = header.getInt(0) >>> 8;
            begins |= header.get(3) == HEADERS;
            header.clear();
          }
        }
      }
      return begins;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    Files.delete(socket);
    for (SocketChannel client : clients) {
      client.close();
    }
  }
}
