package io.github.ecrcontainerd.local.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpRequest;
import java.io.IOException;
import java.util.Optional;

/** Answers the requests of one port. */
public interface Endpoint {

  /** The maximum length of a request's body, in bytes. */
  int longestBody();

  /**
   * Answers a request: writes a whole response to the channel, now or later. Runs on a virtual
   * thread, may block, and must not keep the request.
   */
  void answer(Channel channel, FullHttpRequest request) throws IOException;

  /**
   * Inspects a request before its body arrives. Runs on the connection's event loop, and must not
   * block.
   *
   * @return where the request breaks off, if it does
   */
  default Optional<BrokenBody> arriving(Channel channel, HttpRequest head) {
    return Optional.empty();
  }

  /** A connection opened (1) or closed (-1). */
  void connection(int change);
}
