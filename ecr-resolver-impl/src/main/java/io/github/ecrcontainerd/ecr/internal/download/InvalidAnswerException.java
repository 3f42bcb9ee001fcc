package io.github.ecrcontainerd.ecr.internal.download;

import java.io.IOException;

/** The server answered something else than what it was asked for. */
final class InvalidAnswerException extends IOException {
  private static final long serialVersionUID = 1L;

  InvalidAnswerException(String message) {
    super(message);
  }
}
