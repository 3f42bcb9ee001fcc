package io.github.ecrcontainerd.local.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslHandler;

/** What can be done to a connection, whatever it speaks. */
public final class Connections {
  private Connections() {}

  /** Whether all bytes have to pass through TLS. */
  public static boolean isTls(Channel channel) {
    return channel.pipeline().get(SslHandler.class) != null;
  }

  /** Resets it (RST), without TLS's own word of farewell. */
  public static void reset(Channel channel) {
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    // From the first handler on, that is: not by that of TLS.
    var _ = channel.pipeline().firstContext().close();
  }
}
