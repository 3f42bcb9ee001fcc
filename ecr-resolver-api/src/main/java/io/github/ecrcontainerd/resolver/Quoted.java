package io.github.ecrcontainerd.resolver;

/** Text from outside, made fit for one line of a message. */
final class Quoted {
  private static final int LONGEST = 200;

  private Quoted() {}

  /** The text in quotes: control characters replaced, and no longer than a reader wants. */
  static String of(String text) {
    String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }
}
