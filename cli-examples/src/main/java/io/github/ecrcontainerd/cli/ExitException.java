package io.github.ecrcontainerd.cli;

/** A failure with an exit status of its own. */
final class ExitException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  ExitException(int status, Throwable cause) {
    super(cause.getMessage(), cause);
    this.status = status;
  }

  int status() {
    return status;
  }
}
