package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import jnr.enxio.channels.Native;
import jnr.unixsocket.Credentials;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;
import jnr.unixsocket.UnixSocketOptions;

/**
 * A unix socket over jnr-unixsocket. Its channel copies every buffer before read(2) and write(2),
 * so this class calls these directly.
 */
public final class JnrSocket implements StreamSocket {
  private static final int LONGEST_PATH = 107;

  private final UnixSocketChannel channel;

  private JnrSocket(UnixSocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Connects to the socket at a path.
   *
   * @throws ConnectException if it can't; the message says why and what to do
   */
  public static Connection connect(Path path) throws ConnectException {
    String name = path.toString();
    int length = name.getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_PATH) {
      throw ConnectFailure.pathTooLong(path, length, LONGEST_PATH);
    }
    if (length != name.length()) {
      throw ConnectFailure.other(path, "jnr-unixsocket accepts only ASCII paths");
    }
    try {
      UnixSocketChannel channel = UnixSocketChannel.open();
      try {
        setSendTimeout(channel, ConnectFailure.SECONDS);
        connect(channel, path);
        setSendTimeout(channel, 0);
        return new BufferedConnection(path, new JnrSocket(channel));
      } catch (Throwable e) {
        channel.close();
        throw e;
      }
    } catch (ConnectException e) {
      throw e;
    } catch (IOException e) {
      throw ConnectFailure.other(path, String.valueOf(e.getMessage()));
    }
  }

  /** Without it, connect(2) waits forever while the peer's backlog is full. */
  private static void setSendTimeout(UnixSocketChannel channel, int seconds) throws IOException {
    channel.setOption(UnixSocketOptions.SO_SNDTIMEO, (int) TimeUnit.SECONDS.toMillis(seconds));
  }

  private static void connect(UnixSocketChannel channel, Path path) throws ConnectException {
    boolean connected;
    try {
      connected = channel.connect(new UnixSocketAddress(path.toString()));
    } catch (IOException e) {
      ConnectException failure = failure(path, Native.getLastError());
      failure.initCause(e);
      throw failure;
    }
    if (!connected) {
      throw ConnectFailure.notAccepted(path);
    }
  }

  private static ConnectException failure(Path path, Errno error) {
    return switch (error) {
      case ENOENT, ENOTDIR -> ConnectFailure.notThere(path);
      case ECONNREFUSED -> ConnectFailure.refused(path);
      case EACCES, EPERM -> ConnectFailure.denied(path);
      default -> ConnectFailure.other(path, error.description());
    };
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    int count = check(Native.read(channel.getFD(), buffer));
    return count == 0 ? -1 : count;
  }

  @Override
  public void write(ByteBuffer buffer) throws IOException {
    var _ = check(Native.write(channel.getFD(), buffer));
  }

  private static int check(int result) throws IOException {
    if (result < 0) {
      throw new IOException(Native.getLastErrorString());
    }
    return result;
  }

  @Override
  public void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  @Override
  public void shutdown() throws IOException {
    channel.shutdownInput();
    channel.shutdownOutput();
  }

  @Override
  public Peer peer() throws IOException {
    Credentials peer = channel.getOption(UnixSocketOptions.SO_PEERCRED);
    return Principals.peer(peer.getUid(), peer.getGid(), peer.getPid());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
