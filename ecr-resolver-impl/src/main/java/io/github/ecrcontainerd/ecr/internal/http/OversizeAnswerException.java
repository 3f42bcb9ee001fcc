package io.github.ecrcontainerd.ecr.internal.http;

/**
 * A peer's answer has more bytes than any right one. It is not an {@code IOException}, because the
 * SDK would retry the call after one.
 */
public final class OversizeAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OversizeAnswerException(String message) {
    super(message);
  }
}
