package io.github.ecrcontainerd.local.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The ports of one server, their connections and their threads. Bytes are read and written on event
 * loops. Each request is answered on its own virtual thread, because answering reads files.
 */
public final class HttpServer implements AutoCloseable {
  /** The maximum length of a request's head, as S3 and ECR accept it. */
  private static final int LONGEST_HEAD = 64 << 10;

  private final Optional<SslContext> tls;

  private final EventLoopGroup loops = newLoops();
  private final ExecutorService answering = Executors.newVirtualThreadPerTaskExecutor();
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

  /** Netty 4.1, which Spring Boot 3 applications have, offers only this class. */
  @SuppressWarnings("deprecation")
  private static EventLoopGroup newLoops() {
    return new NioEventLoopGroup(0, new DefaultThreadFactory("ecr-local", true));
  }

  /**
   * @param tls the TLS context of all ports; empty for plain HTTP
   */
  public HttpServer(Optional<SslContext> tls) {
    this.tls = tls;
  }

  /**
   * Opens a port.
   *
   * @param address the address to listen on; port 0 for any free port
   * @return the port
   * @throws IOException if the address can't be listened on
   */
  public int listen(InetSocketAddress address, Endpoint endpoint) throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channels.add(channel);
                    assemble(channel, endpoint);
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (bound.cause() != null) {
      throw new IOException(
          "Can't listen on %s:%d: %s"
              .formatted(address.getHostString(), address.getPort(), bound.cause().getMessage()),
          bound.cause());
    }
    channels.add(bound.channel());
    return ((InetSocketAddress) bound.channel().localAddress()).getPort();
  }

  private void assemble(Channel channel, Endpoint endpoint) {
    tls.ifPresent(context -> channel.pipeline().addLast(context.newHandler(channel.alloc())));
    channel
        .pipeline()
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(LONGEST_HEAD)
                    .setMaxHeaderSize(LONGEST_HEAD)
                    .setMaxChunkSize(1 << 20)),
            new HttpServerKeepAliveHandler(),
            new ArrivingBody(endpoint),
            new HttpObjectAggregator(endpoint.longestBody(), true),
            new OneAtATime(),
            new RequestHandler(endpoint, answering));
  }

  /** Closes ports and connections, and waits for requests that are being answered. */
  @Override
  public void close() {
    channels.close().awaitUninterruptibly();
    answering.shutdownNow();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    answering.close();
  }
}
