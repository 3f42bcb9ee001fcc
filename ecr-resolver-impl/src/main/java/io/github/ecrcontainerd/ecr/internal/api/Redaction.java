package io.github.ecrcontainerd.ecr.internal.api;

import java.util.regex.Pattern;

/** Keeps secrets out of messages: the query of a URL is what signs it. */
public final class Redaction {
  private static final Pattern QUERY = Pattern.compile("(https?://[^\\s?\"'<>]*)\\?[^\\s\"'<>]*");

  private Redaction() {}

  /** The text on one line, its URLs without their queries. */
  public static String of(String text) {
    return QUERY.matcher(text).replaceAll("$1?...").replaceAll("\\p{Cntrl}+", " ").strip();
  }
}
