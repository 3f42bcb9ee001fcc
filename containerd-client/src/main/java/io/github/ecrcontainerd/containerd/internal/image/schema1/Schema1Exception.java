package io.github.ecrcontainerd.containerd.internal.image.schema1;

import java.io.Serial;

/** Thrown for an invalid schema 1 manifest. The message continues a sentence about the manifest. */
final class Schema1Exception extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  Schema1Exception(String message) {
    super(message);
  }

  Schema1Exception(String message, Throwable cause) {
    super(message, cause);
  }
}
