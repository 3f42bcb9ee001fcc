package io.github.ecrcontainerd.it.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The way to a server of this machine, when it is slow, or ends a connection: what no server does
 * on demand. It forwards connections, and changes no byte.
 */
final class FaultyLink implements AutoCloseable {
  private static final int PIECES_A_SECOND = 20;
  private static final int MAX_PIECE = 64 << 10;

  private final int target;
  private volatile int bytesPerSecond;
  private final long breakAfter;
  private final ServerSocket listening;
  private final AtomicInteger broken = new AtomicInteger();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private FaultyLink(int target, int bytesPerSecond, long breakAfter) throws IOException {
    this.target = target;
    this.bytesPerSecond = bytesPerSecond;
    this.breakAfter = breakAfter;
    this.listening = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("link").start(this::accept);
  }

  /** A link without a fault, until {@link #slowDown}. */
  static FaultyLink open(int port) throws IOException {
    return slow(port, Integer.MAX_VALUE);
  }

  /** A link whose connections each get so many bytes of answers a second. */
  static FaultyLink slow(int port, int bytesPerSecond) throws IOException {
    return new FaultyLink(port, bytesPerSecond, Long.MAX_VALUE);
  }

  /** A link that ends one connection: the first one that has got so many bytes of answers. */
  static FaultyLink breaking(int port, long bytes) throws IOException {
    return new FaultyLink(port, Integer.MAX_VALUE, bytes);
  }

  /** From now on each connection gets so many bytes of answers a second. */
  void slowDown(int bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** How many connections it has ended. */
  int broken() {
    return broken.get();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        open.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(server);
        Thread.startVirtualThread(() -> copy(client, server, false));
        Thread.startVirtualThread(() -> copy(server, client, true));
      } catch (IOException e) {
        if (!listening.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void copy(Socket from, Socket to, boolean isAnswer) {
    byte[] piece = new byte[MAX_PIECE];
    long sent = 0;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      if (isAnswer && breakAfter == 0 && broken.compareAndSet(0, 1)) {
        return;
      }
      for (int count = in.read(piece, 0, length(isAnswer));
          count >= 0;
          count = in.read(piece, 0, length(isAnswer))) {
        if (isAnswer && sent + count > breakAfter && broken.compareAndSet(0, 1)) {
          out.write(piece, 0, (int) (breakAfter - sent));
          return;
        }
        out.write(piece, 0, count);
        sent += count;
        if (isAnswer && bytesPerSecond < Integer.MAX_VALUE) {
          TimeUnit.MILLISECONDS.sleep(1000 / PIECES_A_SECOND);
        }
      }
    } catch (IOException e) {
      // One side has ended its connection, and the other one is ended now.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private int length(boolean isAnswer) {
    return isAnswer ? Math.clamp(bytesPerSecond / PIECES_A_SECOND, 1, MAX_PIECE) : MAX_PIECE;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
