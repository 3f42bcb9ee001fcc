package io.github.ecrcontainerd.containerd.internal.transport;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * gRPC's channel to a daemon. It begins to connect at once, beside who made it, because the first
 * connection of a JVM costs some 100 ms: gRPC's classes, Java's trusted certificates (which its
 * okhttp transport reads for nothing), the bindings of libc. It connects again at the next call
 * after the connection was lost; a failed attempt fails the calls that wait for it and no others.
 */
public final class DaemonChannel extends Channel implements AutoCloseable {
  private static final int MIB = 1024 * 1024;

  /** The default of 64 KiB makes reads three times as slow: docs/architecture.md, "Transport". */
  private static final int FLOW_CONTROL_WINDOW = 4 * MIB;

  /** The largest message that containerd sends. */
  private static final int LARGEST_MESSAGE = 16 * MIB;

  private static final String AUTHORITY = "localhost";

  private static final long CLOSE_SECONDS = 5;

  private final CompletableFuture<ManagedChannel> opened;

  public DaemonChannel(Transport transport, Path socket) {
    this.opened =
        CompletableFuture.supplyAsync(
            () -> {
              ManagedChannel channel = open(transport, socket);
              channel.getState(true);
              return channel;
            },
            Thread::startVirtualThread);
  }

  private static ManagedChannel open(Transport transport, Path socket) {
    // The socket factory leads all addresses to the same socket; a numeric one is never looked up.
    return OkHttpChannelBuilder.forAddress("127.0.0.1", 1)
        .socketFactory(new UnixSocketFactory(transport, socket))
        .usePlaintext()
        .overrideAuthority(AUTHORITY)
        .proxyDetector(address -> null)
        .disableServiceConfigLookUp()
        .disableRetry()
        .flowControlWindow(FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(LARGEST_MESSAGE)
        // Listeners of this module only hand on what they get: no thread of their own is needed.
        .directExecutor()
        .build();
  }

  /**
   * gRPC fails calls at once for up to two minutes after a failed attempt to connect. A unix socket
   * tells at once whether it leads anywhere, so each call may try: an idle channel connects. A new
   * channel in its place would take the old one from under the calls of other threads.
   */
  private synchronized ManagedChannel channel() {
    ManagedChannel channel = opened.join();
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
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

  /** Ends calls that are under way, and the connection. */
  @Override
  public void close() {
    ManagedChannel channel = opened.join();
    channel.shutdownNow();
    try {
      channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
