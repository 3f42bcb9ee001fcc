package io.github.ecrcontainerd.containerd.internal.transport;

import io.github.ecrcontainerd.containerd.Peer;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * A unix socket over the JDK's own channel.
 *
 * <p>An interrupt would close a blocking channel, so the channel is non-blocking. A selector waits
 * for data or room; an interrupt only wakes it. Each direction has its own selector, because only
 * one thread at a time can use a selector.
 */
public final class JdkSocket implements StreamSocket {
  /** The JDK reserves one byte more than unix(7) requires. */
  private static final int LONGEST_PATH = 106;

  private final SocketChannel channel;
  private @Nullable Selector readable;
  private @Nullable Selector writable;

  private JdkSocket(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Connects to the socket at a path.
   *
   * @throws ConnectException if it can't; the message says why and what to do
   */
  public static Connection connect(Path path) throws ConnectException {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_PATH) {
      throw ConnectFailure.pathTooLong(path, length, LONGEST_PATH);
    }
    try {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      try {
        connect(channel, path);
        channel.configureBlocking(false);
        return new BufferedConnection(path, new JdkSocket(channel));
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

  /**
   * Connects on a separate thread, because the channel has no time-out; closing the channel ends
   * the thread. A non-blocking connect would fail at once if the peer's backlog is full.
   */
  private static void connect(SocketChannel channel, Path path) throws IOException {
    CompletableFuture<Boolean> connected = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("containerd-connect")
        .start(
            () -> {
              try {
                connected.complete(channel.connect(UnixDomainSocketAddress.of(path)));
              } catch (Throwable e) {
                connected.completeExceptionally(e);
              }
            });
    try {
      var _ = connected.orTimeout(ConnectFailure.SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw failure(path, e.getCause() == null ? e : e.getCause());
    }
  }

  /** The JDK distinguishes errors by type. EACCES is a BindException, also for connect(2). */
  private static ConnectException failure(Path path, Throwable cause) {
    ConnectException failure =
        switch (cause) {
          case TimeoutException _ -> ConnectFailure.notAccepted(path);
          case ConnectException _ -> ConnectFailure.refused(path);
          case BindException _ -> ConnectFailure.denied(path);
          default ->
              Files.notExists(path)
                  ? ConnectFailure.notThere(path)
                  : ConnectFailure.other(path, String.valueOf(cause.getMessage()));
        };
    failure.initCause(cause);
    return failure;
  }

  @Override
  public int read(ByteBuffer buffer) throws IOException {
    int count = channel.read(buffer);
    while (count == 0) {
      if (readable == null) {
        readable = selector(SelectionKey.OP_READ);
      }
      await(readable);
      count = channel.read(buffer);
    }
    return count;
  }

  @Override
  public void write(ByteBuffer buffer) throws IOException {
    while (channel.write(buffer) == 0) {
      if (writable == null) {
        writable = selector(SelectionKey.OP_WRITE);
      }
      await(writable);
    }
  }

  private Selector selector(int operation) throws IOException {
    Selector selector = Selector.open();
    try {
      channel.register(selector, operation);
      return selector;
    } catch (Throwable e) {
      selector.close();
      throw e;
    }
  }

  /**
   * Clears the interrupt status while it waits, because a selector doesn't wait with it set, and
   * restores it.
   */
  private static void await(Selector selector) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      var _ = selector.select(key -> {});
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
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
    UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
    return new Peer(peer.user(), peer.group(), OptionalLong.empty());
  }

  @Override
  public void close() throws IOException {
    Selector read = readable;
    Selector write = writable;
    try (channel;
        read;
        write) {
      // The channel is closed last: it keeps its descriptor while it is registered with a selector.
    }
  }
}
