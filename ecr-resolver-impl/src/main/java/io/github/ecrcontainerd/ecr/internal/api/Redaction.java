package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.resolver.VisibleText;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Removes secrets from messages: the query of a URL, which contains its signature; the user
 * information of a URL; and the parts of a request, including the session token, that AWS repeats
 * when it refuses a signature.
 */
public final class Redaction {
  private static final Pattern QUERY = Pattern.compile("(https?://[^\\s?\"'<>]*)\\?[^\\s\"'<>]*");
  private static final Pattern USER = Pattern.compile("([a-zA-Z][\\w+.-]*://)[^\\s/@\"'<>]*@");

  /** Parameters of a presigned URL without the URL: Signature Version 4 and 2. */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)\\b(X-Amz-(?:Signature|Credential|Security-Token)|AWSAccessKeyId|Signature|Credential)"
              + "=[^&\\s,\"'<>]+");

  /** Headers, as in a canonical request or in a log. */
  private static final Pattern HEADER =
      Pattern.compile(
          "(?i)\\b((?:proxy-)?authorization|x-amz-security-token)(\\s*[:=]\\s*)"
              + "(?:(?:Basic|Bearer|AWS4-HMAC-SHA256)\\s+)?[^\\s,\"'<>\\]]+");

  /**
   * What is longer is cut before it is searched. The time of some of these expressions grows with
   * the square of the text's length, and a registry's message may have megabytes.
   */
  private static final int MOST_CHARACTERS = 16 << 10;

  private Redaction() {}

  /** The text on one line, without secrets, cut to 16 Ki characters. */
  public static String of(String text) {
    return VisibleText.line(hide(cut(text))).strip();
  }

  /** Leaves the last word out, because it may be a part of a secret that isn't recognized. */
  private static String cut(String text) {
    if (text.length() <= MOST_CHARACTERS) {
      return text;
    }
    String some = text.substring(0, MOST_CHARACTERS);
    return some.substring(0, Math.max(some.lastIndexOf(' '), 0)) + " ...";
  }

  /**
   * Returns the same failure if no message of it and its causes contains a secret or is long.
   * Otherwise returns a copy with types, messages and stack traces, without the secrets.
   */
  public static Throwable withoutSecrets(Throwable failure) {
    return isClean(failure, Collections.newSetFromMap(new IdentityHashMap<>()))
        ? failure
        : Redacted.of(failure);
  }

  private static boolean isClean(@Nullable Throwable failure, Set<Throwable> seen) {
    if (failure == null || !seen.add(failure)) {
      return true;
    }
    String text = failure.toString();
    if (text.length() > MOST_CHARACTERS || !hide(text).equals(text)) {
      return false;
    }
    for (Throwable suppressed : failure.getSuppressed()) {
      if (!isClean(suppressed, seen)) {
        return false;
      }
    }
    return isClean(failure.getCause(), seen);
  }

  private static String hide(String text) {
    String urls = USER.matcher(QUERY.matcher(text).replaceAll("$1?...")).replaceAll("$1...@");
    return HEADER.matcher(PARAMETER.matcher(urls).replaceAll("$1=...")).replaceAll("$1$2...");
  }

  /**
   * A copy of a failure that contains secrets, without them. Its message names the original type.
   */
  private static final class Redacted extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int MAX_CAUSES = 10;

    private Redacted(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    static Redacted of(Throwable failure) {
      return of(failure, MAX_CAUSES);
    }

    private static Redacted of(Throwable failure, int depth) {
      Throwable cause = depth == 0 ? null : failure.getCause();
      Redacted shown =
          new Redacted(
              Redaction.of(failure.toString()), cause == null ? null : of(cause, depth - 1));
      shown.setStackTrace(failure.getStackTrace());
      return shown;
    }
  }
}
