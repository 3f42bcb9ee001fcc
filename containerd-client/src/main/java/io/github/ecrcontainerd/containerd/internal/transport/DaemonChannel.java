package io.github.ecrcontainerd.containerd.internal.transport;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * gRPC's channel to a daemon. It starts to connect at once in the background, because the first
 * connection of a JVM costs some 100 ms: gRPC's classes, Java's trusted certificates (which the
 * okhttp transport reads needlessly), the bindings of libc. After a lost connection, the next call
 * reconnects. A failed attempt fails only the calls that wait for it.
 */
public final class DaemonChannel extends Channel implements AutoCloseable {
  private static final int MIB = 1024 * 1024;

  /** The default of 64 KiB makes reads three times as slow: docs/architecture.md, "Transport". */
  private static final int FLOW_CONTROL_WINDOW = 4 * MIB;

  /** The largest message that containerd sends. */
  private static final int LARGEST_MESSAGE = 16 * MIB;

  private static final String AUTHORITY = "localhost";

  private static final long CLOSE_SECONDS = 5;

  /**
   * How many calls begin on one connection. Running calls end on the connection they have.
   *
   * <p>grpc-okhttp closes a connection, with all of its calls, after 10,000 frames of control
   * (RST_STREAM, acknowledged pings and settings), which it takes for frames that wait to be
   * written: it subtracts them after writes of at least a segment of 8 KiB, and never after a flush
   * (AsyncSink of 1.82.2). A call that the daemon ends first, or that is cancelled, costs one.
   */
  private static final int CALLS_PER_CONNECTION = 4_000;

  private final ConnectionEnds ends = new ConnectionEnds();
  private final UnixSocketFactory sockets;
  private final CompletableFuture<ManagedChannel> opened;
  private long calls;

  public DaemonChannel(Transport transport, Path socket) {
    this.sockets = new UnixSocketFactory(transport, socket);
    this.opened =
        CompletableFuture.supplyAsync(
            () -> {
              ManagedChannel channel = open(sockets);
              channel.getState(true);
              countEnds(channel);
              return channel;
            },
            Thread::startVirtualThread);
  }

  /** The ends of this channel's connections. */
  public ConnectionEnds ends() {
    return ends;
  }

  /** gRPC calls a listener only for one change, on the thread that made it. */
  private void countEnds(ManagedChannel channel) {
    ConnectivityState known = channel.getState(false);
    channel.notifyWhenStateChanged(
        known,
        () -> {
          ConnectivityState now = channel.getState(false);
          if (known == ConnectivityState.READY && now != ConnectivityState.READY) {
            ends.add();
          }
          if (now != ConnectivityState.SHUTDOWN) {
            countEnds(channel);
          }
        });
  }

  private static ManagedChannel open(UnixSocketFactory sockets) {
    // The socket factory ignores the address; a numeric one needs no DNS lookup.
    return OkHttpChannelBuilder.forAddress("127.0.0.1", 1)
        .socketFactory(sockets)
        .usePlaintext()
        .overrideAuthority(AUTHORITY)
        .proxyDetector(address -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .flowControlWindow(FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        // The listeners of this module only queue messages, so they need no executor.
        .directExecutor()
        .build();
  }

  /**
   * Returns the channel for one more call, idle where its connection is not to be used any more. An
   * idle channel connects. Replacing the channel instead would break the calls of other threads.
   *
   * <p>After a failed attempt to connect, gRPC would fail all calls at once for up to two minutes.
   * Connecting to a unix socket succeeds or fails quickly, so each call may try.
   */
  private synchronized ManagedChannel channel() {
    ManagedChannel channel = opened.join();
    calls++;
    if (calls % CALLS_PER_CONNECTION == 0
        || channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.enterIdle();
    }
    return channel;
  }

  @Override
  public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
    return channel().newCall(method, options);
  }

  @Override
  public String authority() {
    return AUTHORITY;
  }

  /**
   * Ends running calls, and the connection. gRPC's transport closes its socket only after all that
   * it has to write, which a daemon that sends without an end may never read.
   */
  @Override
  public void close() {
    ManagedChannel channel = opened.join();
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeSockets();
    }
  }

  private void closeSockets() {
    try {
      sockets.closeAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
