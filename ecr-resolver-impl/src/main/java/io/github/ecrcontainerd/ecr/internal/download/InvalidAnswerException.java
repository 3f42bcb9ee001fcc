package io.github.ecrcontainerd.ecr.internal.download;

import io.github.ecrcontainerd.resolver.VisibleText;
import java.io.IOException;

/** The server's answer doesn't match the request. */
final class InvalidAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  InvalidAnswerException(String message) {
    super(VisibleText.message(message));
  }
}
