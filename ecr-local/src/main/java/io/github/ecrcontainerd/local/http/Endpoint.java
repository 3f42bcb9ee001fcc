package io.github.ecrcontainerd.local.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.FullHttpRequest;
import java.io.IOException;

/** What answers the requests of one port. */
public interface Endpoint {

  /** The longest body of a request that it takes, in bytes. */
  int longestBody();

  /**
   * Answers a request: writes a whole response to the channel, now or later. Runs on a virtual
   * thread, may block, and may not keep the request.
   */
  void answer(Channel channel, FullHttpRequest request) throws IOException;

  /** A connection opened (1) or closed (-1). */
  void connection(int change);
}
