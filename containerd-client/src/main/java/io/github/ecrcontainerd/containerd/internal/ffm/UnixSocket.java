package io.github.ecrcontainerd.containerd.internal.ffm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.ecrcontainerd.containerd.Peer;
import io.github.ecrcontainerd.containerd.internal.transport.BufferedConnection;
import io.github.ecrcontainerd.containerd.internal.transport.ConnectFailure;
import io.github.ecrcontainerd.containerd.internal.transport.Connection;
import io.github.ecrcontainerd.containerd.internal.transport.Principals;
import io.github.ecrcontainerd.containerd.internal.transport.StreamSocket;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A unix stream socket over {@code java.lang.foreign}. */
public final class UnixSocket implements StreamSocket {
  /** {@code sun_path} has 108 bytes, the last one a NUL: unix(7). */
  private static final int LONGEST_PATH = 107;

  private final int fd;

  private UnixSocket(int fd) {
    this.fd = fd;
  }

  /**
   * Connects to the socket at a path.
   *
   * @throws ConnectException if it can't; the message says why and what to do
   */
  public static Connection connect(Path path) throws ConnectException {
    byte[] name = path.toString().getBytes(UTF_8);
    if (name.length > LONGEST_PATH) {
      throw ConnectFailure.pathTooLong(path, name.length, LONGEST_PATH);
    }
    int fd = Libc.socket(Libc.AF_UNIX, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw ConnectFailure.other(path, Libc.strerror(fd));
    }
    try {
      int result = connect(fd, name);
      if (result < 0) {
        throw failure(path, result);
      }
      return new BufferedConnection(path, new UnixSocket(fd));
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
      int result = setSendTimeout(fd, ConnectFailure.SECONDS);
      if (result < 0) {
        return result;
      }
      do {
        result = Libc.connect(fd, address);
      } while (result == -Libc.EINTR);
      return result < 0 ? result : setSendTimeout(fd, 0);
    }
  }

  /** Without it, connect(2) waits forever while the peer's backlog is full. */
  private static int setSendTimeout(int fd, long seconds) {
    try (Arena arena = Arena.ofConfined()) {
      // struct timeval: two longs.
      MemorySegment timeval = arena.allocate(2 * Long.BYTES, Long.BYTES);
      timeval.set(ValueLayout.JAVA_LONG, 0, seconds);
      return Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_SNDTIMEO, timeval);
    }
  }

  private static ConnectException failure(Path path, int error) {
    return switch (-error) {
      case Libc.ENOENT, Libc.ENOTDIR -> ConnectFailure.notThere(path);
      case Libc.ECONNREFUSED -> ConnectFailure.refused(path);
      case Libc.EACCES, Libc.EPERM -> ConnectFailure.denied(path);
      case Libc.EAGAIN -> ConnectFailure.notAccepted(path);
      default -> ConnectFailure.other(path, Libc.strerror(error));
    };
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    MemorySegment room = MemorySegment.ofBuffer(buffer);
    long count;
    do {
      count = Libc.read(fd, room, room.byteSize());
    } while (count == -Libc.EINTR);
    int read = (int) check(count);
    buffer.position(buffer.position() + read);
    return read == 0 ? -1 : read;
  }

  @Override
  public void write(ByteBuffer buffer) throws IOException {
    MemorySegment bytes = MemorySegment.ofBuffer(buffer);
    long count;
    do {
      // If the peer has gone, return an error instead of raising SIGPIPE.
      count = Libc.send(fd, bytes, bytes.byteSize(), Libc.MSG_NOSIGNAL);
    } while (count == -Libc.EINTR);
    buffer.position(buffer.position() + (int) check(count));
  }

  @Override
  public void shutdownOutput() throws IOException {
    var _ = check(Libc.shutdown(fd, Libc.SHUT_WR));
  }

  @Override
  public void shutdown() throws IOException {
    var _ = check(Libc.shutdown(fd, Libc.SHUT_RDWR));
  }

  @Override
  public Peer peer() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      // struct ucred: the process ID, user ID and group ID.
      MemorySegment ucred = arena.allocate(ValueLayout.JAVA_INT, 3);
      var _ = check(Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_PEERCRED, ucred));
      return Principals.peer(
          ucred.getAtIndex(ValueLayout.JAVA_INT, 1),
          ucred.getAtIndex(ValueLayout.JAVA_INT, 2),
          ucred.getAtIndex(ValueLayout.JAVA_INT, 0));
    }
  }

  @Override
  public void close() throws IOException {
    var _ = check(Libc.close(fd));
  }

  /** Returns the result of a call, unless it is an error. */
  private static long check(long result) throws SocketException {
    if (result < 0) {
      throw new SocketException(Libc.strerror(result));
    }
    return result;
  }
}
