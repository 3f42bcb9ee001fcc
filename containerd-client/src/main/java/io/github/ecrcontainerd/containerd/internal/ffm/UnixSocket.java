package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.ecrcontainerd.containerd.internal.transport.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connected unix stream socket, by {@code java.lang.foreign}.
 *
 * <p>Reads and writes block their thread in libc, where a virtual thread would keep its carrier:
 * use it from platform threads. Closing shuts the socket down first, which ends a blocked read or
 * write, and gives descriptor and memory back only after both have left libc: a number that is used
 * again meanwhile would lead into another file.
 */
public final class UnixSocket implements Connection {
  /** {@code sun_path} has 108 bytes, the last one a NUL: unix(7). */
  private static final int LONGEST_PATH = 107;

  /**
   * gRPC reads and writes in pieces of 8 KiB, its buffers' size: a call of libc for each is slow.
   */
  private static final int BUFFER_SIZE = 256 * 1024;

  /** How long to wait for a daemon that is there but doesn't accept. */
  private static final long CONNECT_SECONDS = 5;

  private static final int S_IFMT = 0xF000;
  private static final int S_IFSOCK = 0xC000;

  private final Path path;
  private final int fd;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffers = arena.allocate(2 * BUFFER_SIZE);
  private final Input input = new Input();
  private final Output output = new Output();
  private final AtomicBoolean closing = new AtomicBoolean();

  private UnixSocket(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Connects to the socket at a path.
   *
   * @throws IOException if it can't; the message says why and what to do
   */
  public static UnixSocket connect(Path path) throws IOException {
    byte[] name = path.toString().getBytes(UTF_8);
    if (name.length > LONGEST_PATH) {
      throw new SocketException(
          "the path of a unix socket has at most %d bytes, and this one %d: %s"
              .formatted(LONGEST_PATH, name.length, path));
    }
    int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw new SocketException("no socket can be made: " + Libc.strerror(fd));
    }
    try {
      int result = connect(fd, name);
      if (result < 0) {
        throw refused(path, result);
      }
      return new UnixSocket(path, fd);
    } catch (Throwable e) {
      Libc.close(fd);
      throw e;
    }
  }

  private static int connect(int fd, byte[] path) {
    try (Arena arena = Arena.ofConfined()) {
      // struct sockaddr_un: the family in the machine's byte order, then the path and its NUL.
      MemorySegment address = arena.allocate(2 + path.length + 1, 2);
      address.set(ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
      MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
      setSendTimeout(fd, CONNECT_SECONDS);
      int result;
      do {
        result = Libc.connect(fd, address);
      } while (result == -Libc.EINTR);
      setSendTimeout(fd, 0);
      return result;
    }
  }

  /** Without it, connect(2) waits for ever while the peer's backlog is full. */
  private static void setSendTimeout(int fd, long seconds) {
    try (Arena arena = Arena.ofConfined()) {
      // struct timeval: two longs.
      MemorySegment timeval = arena.allocate(2 * Long.BYTES, Long.BYTES);
      timeval.set(ValueLayout.JAVA_LONG, 0, seconds);
      Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, timeval);
    }
  }

  private static IOException refused(Path path, int error) {
    return new SocketException(
        switch (-error) {
          case Libc.ENOENT, Libc.ENOTDIR -> "no containerd at " + path + ": is it running?";
          // Linux answers so for a file that is no socket, too.
          case Libc.ECONNREFUSED ->
              isSocket(path)
                  ? "no containerd at " + path + ": is it running?"
                  : path + " is not a socket";
          case Libc.EACCES, Libc.EPERM ->
              "permission denied on " + path + ": run as root or join the socket's group";
          case Libc.EAGAIN ->
              "containerd at %s accepts no connection for %d s: is it stuck?"
                  .formatted(path, CONNECT_SECONDS);
          default -> "can't connect to " + path + ": " + Libc.strerror(error);
        });
  }

  private static boolean isSocket(Path path) {
    try {
      Integer mode = (Integer) Files.getAttribute(path, "unix:mode", new LinkOption[0]);
      return mode != null && (mode & S_IFMT) == S_IFSOCK;
    } catch (IOException e) {
      return true; // Gone meanwhile: that it is no socket can't be said.
    }
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() throws IOException {
    output.shutdown();
  }

  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    Libc.shutdown(fd, Libc.SHUT_RDWR);
    input.turn.lock();
    output.turn.lock();
    try {
      Libc.close(fd);
      arena.close();
    } finally {
      output.turn.unlock();
      input.turn.unlock();
    }
  }

  private void requireOpen() throws SocketException {
    if (closing.get()) {
      throw new SocketException("the connection to " + path + " is closed");
    }
  }

  private SocketException failed(String what, long error) {
    return closing.get()
        ? new SocketException("the connection to " + path + " is closed")
        : new SocketException(what + " " + path + ": " + Libc.strerror(error));
  }

  @Override
  public String toString() {
    return "unix:" + path;
  }

  private final class Input extends InputStream {
    final Lock turn = new ReentrantLock();
    private final MemorySegment buffer = buffers.asSlice(0, BUFFER_SIZE);
    private long position;
    private long limit;

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      turn.lock();
      try {
        requireOpen();
        if (position == limit && !fill()) {
          return -1;
        }
        int count = (int) Math.min(length, limit - position);
        MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, position, bytes, offset, count);
        position += count;
        return count;
      } finally {
        turn.unlock();
      }
    }

    private boolean fill() throws IOException {
      long count;
      do {
        count = Libc.read(fd, buffer, BUFFER_SIZE);
      } while (count == -Libc.EINTR && !closing.get());
      if (count < 0) {
        throw failed("can't read from", count);
      }
      position = 0;
      limit = count;
      return count > 0;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public void close() {
      UnixSocket.this.close();
    }
  }

  private final class Output extends OutputStream {
    final Lock turn = new ReentrantLock();
    private final MemorySegment buffer = buffers.asSlice(BUFFER_SIZE);
    private int used;

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      turn.lock();
      try {
        requireOpen();
        int from = offset;
        int end = offset + length;
        while (from < end) {
          int count = Math.min(end - from, BUFFER_SIZE - used);
          MemorySegment.copy(bytes, from, buffer, ValueLayout.JAVA_BYTE, used, count);
          used += count;
          from += count;
          if (used == BUFFER_SIZE) {
            send();
          }
        }
      } finally {
        turn.unlock();
      }
    }

    @Override
    public void flush() throws IOException {
      turn.lock();
      try {
        requireOpen();
        send();
      } finally {
        turn.unlock();
      }
    }

    private void send() throws IOException {
      int sent = 0;
      while (sent < used) {
        // A peer that is gone is an error to tell, not a signal to die of.
        long count = Libc.send(fd, buffer.asSlice(sent), used - sent, Libc.MSG_NOSIGNAL);
        if (count >= 0) {
          sent += (int) count;
        } else if (count != -Libc.EINTR) {
          throw failed("can't write to", count);
        }
      }
      used = 0;
    }

    void shutdown() throws IOException {
      turn.lock();
      try {
        requireOpen();
        send();
        int result = Libc.shutdown(fd, Libc.SHUT_WR);
        if (result < 0) {
          throw failed("can't end the output to", result);
        }
      } finally {
        turn.unlock();
      }
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void close() {
      UnixSocket.this.close();
    }
  }
}
