package io.github.ecrcontainerd.local.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The end of a connection's pipeline: passes each request to its endpoint, on a virtual thread. */
final class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);

  private final Endpoint endpoint;
  private final Executor answering;

  RequestHandler(Endpoint endpoint, Executor answering) {
    this.endpoint = endpoint;
    this.answering = answering;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    endpoint.connection(1);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    endpoint.connection(-1);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      refuse(context);
      return;
    }
    request.retain();
    try {
      answering.execute(() -> answer(context, request));
    } catch (RejectedExecutionException e) {
      // The server is being closed.
      request.release();
      var _ = context.close();
    }
  }

  private void answer(ChannelHandlerContext context, FullHttpRequest request) {
    try {
      endpoint.answer(context.channel(), request);
    } catch (IOException | RuntimeException | LinkageError e) {
      // LinkageError: the application may have versions of our libraries that lack classes. Without
      // the close, the client would wait.
      if (context.channel().isActive()) {
        LOG.warn("A {} request could not be answered", request.method(), e);
      }
      var _ = context.close();
    } finally {
      request.release();
    }
  }

  private static void refuse(ChannelHandlerContext context) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_REQUEST);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_LENGTH, 0)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    var _ = context.channel().writeAndFlush(response);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // Nearly always, the peer has disconnected.
    LOG.debug("A connection failed", cause);
    var _ = context.close();
  }
}
