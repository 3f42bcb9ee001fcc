package io.github.ecrcontainerd.ecr.internal.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The host that a failed call was sent to, and the status of its answer. It is added to the failure
 * as a suppressed exception, because the SDK lets an interceptor add to an exception but not
 * replace it.
 */
final class Exchange extends Exception {
  private static final long serialVersionUID = 1L;

  /** No answer came. */
  static final int NO_STATUS = 0;

  private final String host;
  private final int status;

  /**
   * @param host the host that the call was sent to
   * @param status the status of the last answer, or {@link #NO_STATUS}
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

  /** The exchange of a failure, if there was one. */
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
