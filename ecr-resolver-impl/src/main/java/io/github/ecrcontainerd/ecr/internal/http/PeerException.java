package io.github.ecrcontainerd.ecr.internal.http;

import java.io.IOException;

/**
 * No answer came from a peer, for a reason that may pass. It is an {@link IOException}, so the SDK
 * retries the call.
 */
public final class PeerException extends IOException {
  private static final long serialVersionUID = 1L;

  PeerException(String message, Throwable cause) {
    super(message, cause);
  }
}
