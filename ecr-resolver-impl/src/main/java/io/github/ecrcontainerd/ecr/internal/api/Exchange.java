package io.github.ecrcontainerd.ecr.internal.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a call that failed was sent to, and what came from there. It travels as a suppressed
 * exception of the failure, because the SDK lets an interceptor add to an exception but not replace
 * it.
 */
final class Exchange extends Exception {
  private static final long serialVersionUID = 1L;

  /** No answer came. */
  static final int NO_STATUS = 0;

  private final String host;
  private final int status;

  /**
   * @param host where the call was sent to
   * @param status of the last answer, or {@link #NO_STATUS}
   */
  Exchange(String host, int status) {
    super(
        "sent to %s, %s"
            .formatted(host, status == NO_STATUS ? "no answer" : "answered with " + status),
        null,
        false,
        false);
    this.host = host;
    this.status = status;
  }

  /** That of a failure, if it came to one. */
  static Optional<Exchange> of(Throwable failure) {
    for (@Nullable Throwable each = failure; each != null; each = each.getCause()) {
      for (Throwable suppressed : each.getSuppressed()) {
        if (suppressed instanceof Exchange exchange) {
          return Optional.of(exchange);
        }
      }
    }
    return Optional.empty();
  }

  String host() {
    return host;
  }

  int status() {
    return status;
  }
}
