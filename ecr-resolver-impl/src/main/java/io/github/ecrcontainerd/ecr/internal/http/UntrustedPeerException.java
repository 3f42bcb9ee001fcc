package io.github.ecrcontainerd.ecr.internal.http;

/**
 * There is no trusted connection to a peer, and there will be none until something is changed. It
 * is no {@code IOException}: after one the SDK would repeat the call.
 */
public final class UntrustedPeerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UntrustedPeerException(String message) {
    super(message);
  }
}
