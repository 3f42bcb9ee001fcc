package io.github.ecrcontainerd.ecr.internal.http;

/**
 * There is no trusted connection to a peer, and a retry can't help until something is changed. It
 * is not an {@code IOException}, because the SDK would retry the call after one.
 */
public final class UntrustedPeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UntrustedPeerException(String message) {
    super(message);
  }
}
