package io.github.ecrcontainerd.local.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes request bodies on, or breaks them off where their endpoint requires it. */
final class ArrivingBody extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ArrivingBody.class);

  private final Endpoint endpoint;
  private @Nullable BrokenBody broken;
  private long arrived;

  ArrivingBody(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (broken == null && message instanceof HttpRequest head && head.decoderResult().isSuccess()) {
      broken = endpoint.arriving(context.channel(), head).orElse(null);
    }
    if (broken == null) {
      context.fireChannelRead(message);
      return;
    }
    if (message instanceof HttpContent content) {
      arrived += content.content().readableBytes();
    }
    ReferenceCountUtil.release(message);
    if (arrived >= broken.after() || message instanceof LastHttpContent) {
      breakOff(context, broken.reset());
    }
  }

  private static void breakOff(ChannelHandlerContext context, boolean reset) {
    if (reset) {
      Connections.reset(context.channel());
    } else {
      context.channel().config().setAutoRead(false);
      LOG.debug("A request stalls");
    }
  }
}
