package io.github.ecrcontainerd.containerd.internal.image.schema1;

import java.io.Serial;

/** A schema 1 manifest is not what it has to be; the message goes on a sentence about it. */
final class Schema1Exception extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  Schema1Exception(String message) {
    super(message);
  }

  Schema1Exception(String message, Throwable cause) {
    super(message, cause);
  }
}
