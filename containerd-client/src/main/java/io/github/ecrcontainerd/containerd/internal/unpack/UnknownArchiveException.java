package io.github.ecrcontainerd.containerd.internal.unpack;

import java.io.IOException;

/**
 * Thrown if an archive has a feature that this package doesn't unpack. The daemon then reads the
 * archive again and unpacks it.
 */
final class UnknownArchiveException extends IOException {
  private static final long serialVersionUID = 1;

  UnknownArchiveException(String message) {
    super(message);
  }
}
