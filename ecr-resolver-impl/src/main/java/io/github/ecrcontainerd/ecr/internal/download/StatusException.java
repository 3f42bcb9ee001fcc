package io.github.ecrcontainerd.ecr.internal.download;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The server answered with an error: the status, and S3's code for it (REST Error Responses). */
final class StatusException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9.]{1,64})</Code>");

  private final int status;
  private final transient Optional<String> location;
  private final Duration retryAfter;

  /**
   * @param location the answer's Location header, if it has one; it is secret, as every URL of a
   *     layer
   * @param retryAfter how long the server asks to wait; zero if it doesn't say
   */
  StatusException(int status, Optional<String> location, Duration retryAfter, String body) {
    super("status " + status + codeIn(body));
    this.status = status;
    this.location = location;
    this.retryAfter = retryAfter;
  }

  int status() {
    return status;
  }

  /** How long the server asks to wait; zero if it doesn't say. */
  Duration retryAfter() {
    return retryAfter;
  }

  /** The redirect target, if the answer is a redirect (RFC 9110, 15.4). */
  Optional<String> redirect() {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> location;
      default -> Optional.empty();
    };
  }

  /** Whether the server no longer accepts the URL. */
  boolean refusesUrl() {
    return status == 400 || status == 401 || status == 403;
  }

  boolean asksToGoSlower() {
    return status == 429 || status == 503;
  }

  /** Whether the same request, or one with a fresh URL, may succeed. */
  boolean isPassing() {
    return status >= 500 || status == 408 || asksToGoSlower() || refusesUrl();
  }

  /** Only the code, because the rest of the body may repeat the request and its signature. */
  private static String codeIn(String body) {
    Matcher code = CODE.matcher(body);
    return code.find() ? " " + code.group(1) : "";
  }
}
