package io.github.ecrcontainerd.local.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;

/** Operations on a connection with or without TLS. */
public final class Connections {
  private Connections() {}

  /** Whether the connection uses TLS. */
  public static boolean isTls(Channel channel) {
    return channel.pipeline().get(SslHandler.class) != null;
  }

  /** Resets the connection (RST), without TLS's close notification. */
  public static void reset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    // Closes from the first handler's context, which bypasses the TLS handler.
    var _ = channel.pipeline().firstContext().close();
  }
}
