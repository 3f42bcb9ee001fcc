package io.github.ecrcontainerd.resolver;

/** Quotes untrusted text for a one-line message. */
final class Quoted {
  private static final int MAX_CHARACTERS = 200;

  private Quoted() {}

  /** The text in quotes, with control characters replaced, and cut to 200 characters. */
  static String of(String text) {
    String shown =
        text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) + "..." : text;
    return '"' + VisibleText.line(shown) + '"';
  }
}
