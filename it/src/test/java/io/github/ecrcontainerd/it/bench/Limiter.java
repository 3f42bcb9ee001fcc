package io.github.ecrcontainerd.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes a server as far away as {@link Link#LIMITED} says, by the rules of ecr-local's own limit:
 * each connection gets so many bytes a second, and the first byte of an answer comes so long after
 * its request.
 *
 * <p>nginx can't: its {@code limit_rate} lets the bytes of a whole second through before it begins
 * to limit a request (8 MiB at 60 MiB/s took 0.08 s instead of 0.14 s), and it has no delay.
 */
final class Limiter implements AutoCloseable {
  private static final int CHUNK = 256 << 10;

  /** A connection that was held up may catch up this much, and not all that it missed. */
  private static final long CATCH_UP_NANOS = 20_000_000;

  private final ServerSocketChannel listening;
  private final int target;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

  /** Listens before the server at a port of this machine. */
  Limiter(int target) throws IOException {
    this.target = target;
    listening =
        ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().name("limiter").start(this::accept);
  }

  int port() {
    return listening.socket().getLocalPort();
  }

  private void accept() {
    while (listening.isOpen()) {
      try {
        new Connection(listening.accept()).start();
      } catch (IOException e) {
        if (listening.isOpen()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (SocketChannel channel : open) {
      channel.close();
    }
  }

  private final class Connection {
    private final SocketChannel client;
    private final SocketChannel server;

    /** When the answer to the latest request may begin. */
    private volatile long answerAt = System.nanoTime();

    Connection(SocketChannel client) throws IOException {
      this.client = client;
      open.add(client);
      server = SocketChannel.open();
      // Else the kernel would take megabytes from the server that the client may never ask for.
      server.setOption(StandardSocketOptions.SO_RCVBUF, CHUNK);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
      open.add(server);
      client.setOption(StandardSocketOptions.TCP_NODELAY, true);
      server.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    void start() {
      Thread.startVirtualThread(() -> copy(this::requests));
      Thread.startVirtualThread(() -> copy(this::answers));
    }

    private void copy(Copying copying) {
      try (client;
          server) {
        copying.run();
      } catch (IOException e) {
        // Either side has left, and the other one is told so.
      } finally {
        open.remove(client);
        open.remove(server);
      }
    }

    private void requests() throws IOException {
      ByteBuffer buffer = ByteBuffer.allocateDirect(16 << 10);
      while (client.read(buffer) >= 0) {
        answerAt = System.nanoTime() + Link.FIRST_BYTE.toNanos();
        write(server, buffer);
      }
    }

    private void answers() throws IOException {
      ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
      long due = System.nanoTime();
      while (server.read(buffer) >= 0) {
        long now = System.nanoTime();
        due =
            Math.max(Math.max(due, now - CATCH_UP_NANOS), answerAt)
                + buffer.position() * 1_000_000_000L / Link.BYTES_PER_SECOND;
        for (long left = due - now; left > 0; left = due - System.nanoTime()) {
          LockSupport.parkNanos(left);
        }
        write(client, buffer);
      }
    }

    private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
      buffer.flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }
  }

  @FunctionalInterface
  private interface Copying {
    void run() throws IOException;
  }
}
