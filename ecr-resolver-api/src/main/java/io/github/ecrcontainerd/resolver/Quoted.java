package io.github.ecrcontainerd.resolver;

/** Text from outside, made fit for one line of a message. */
final class Quoted {
  private static final int MAX_CHARACTERS = 200;

  private Quoted() {}

  /** The text in quotes: control characters replaced, and no longer than a reader wants. */
  static String of(String text) {
    String shown =
        text.length() > MAX_CHARACTERS ? text.substring(0, MAX_CHARACTERS) + "..." : text;
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }
}
