package io.github.ecrcontainerd.containerd.oci;

import java.io.Serial;

/**
 * An image can't be used as it is: one of its documents is malformed, its bytes are not those that
 * its digests name, or it has nothing for the platform that was asked for. Asking again doesn't
 * help; the message says what is wrong with which part.
 */
public final class ImageException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  public ImageException(String message) {
    super(message);
  }

  public ImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
