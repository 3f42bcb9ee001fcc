package io.github.ecrcontainerd.local.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Passes a request on when the previous one is answered. A peer may send several without waiting
 * (HTTP/1.1 pipelining), and the answers must be in the same order.
 */
final class OneAtATime extends ChannelDuplexHandler {
  /** Real clients don't pipeline. A connection with more waiting requests than this is closed. */
  private static final int MOST_WAITING = 8;

  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private boolean answering;

  @Override
  public void channelRead(ChannelHandlerContext context, Object request) {
    if (!answering) {
      answering = true;
      context.fireChannelRead(request);
    } else if (waiting.size() < MOST_WAITING) {
      waiting.add(request);
    } else {
      ReferenceCountUtil.release(request);
      var _ = context.close();
    }
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    if (message instanceof LastHttpContent) {
      var _ = context.write(message, promise.unvoid().addListener(sent -> next(context)));
    } else {
      var _ = context.write(message, promise);
    }
  }

  private void next(ChannelHandlerContext context) {
    @Nullable Object request = waiting.poll();
    answering = request != null;
    if (request != null) {
      context.fireChannelRead(request);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    waiting.forEach(ReferenceCountUtil::release);
    waiting.clear();
  }
}
