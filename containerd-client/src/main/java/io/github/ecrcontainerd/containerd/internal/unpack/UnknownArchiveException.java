package io.github.ecrcontainerd.containerd.internal.unpack;

import java.io.IOException;

/**
 * An archive has something that is not written here: the daemon, which reads it once more, decides
 * what it is.
 */
final class UnknownArchiveException extends IOException {
  private static final long serialVersionUID = 1;

  UnknownArchiveException(String message) {
    super(message);
  }
}
