package io.github.ecrcontainerd.resolver;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Makes text from outside safe for a terminal and a log. A registry, a daemon, a proxy or an image
 * chooses such text, and a terminal obeys control characters: they clear the screen, set its title,
 * or hide what another line says.
 *
 * <p>What a terminal obeys, or what changes the order in which text is shown, is replaced by its
 * escape in Java and JSON, such as {@code \}{@code u001b}: the control characters of ISO 6429 (C0,
 * DEL and C1), Unicode's controls of bidirectional text (UAX #9, section 2), and its separators of
 * lines and paragraphs. Because the escape is JSON's, JSON keeps its value.
 */
public final class VisibleText {
  private static final String BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069";
  private static final String SEPARATORS = "\u2028\u2029";

  private static final Pattern OBEYED =
      Pattern.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f" + BIDI + SEPARATORS + "]");

  private static final Pattern BREAKS =
      Pattern.compile("[\\t\\n\\r\\x0b\\f\\x85" + SEPARATORS + "]+");

  /** A page. What follows tells a reader nothing more, and a peer may send megabytes of it. */
  private static final int LONGEST_MESSAGE = 2500;

  private VisibleText() {}

  /** The text with all control characters replaced, except line feeds and tabs. */
  public static String of(String text) {
    // Almost no text has one.
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each > '~' || (each < ' ' && each != '\n' && each != '\t')) {
        return OBEYED.matcher(text).replaceAll(VisibleText::escape);
      }
    }
    return text;
  }

  /** The text on one line: line breaks and tabs become a blank. */
  public static String line(String text) {
    return of(BREAKS.matcher(text).replaceAll(" "));
  }

  /** The text on one line, as the message of an error: at most 2,500 characters. */
  public static String message(String text) {
    // Each character is at least one, so the rest of a long text needs no work.
    String line = line(text.substring(0, Math.min(text.length(), LONGEST_MESSAGE + 1)));
    return line.length() > LONGEST_MESSAGE ? line.substring(0, LONGEST_MESSAGE - 3) + "..." : line;
  }

  private static String escape(MatchResult found) {
    // Two backslashes are one in a replacement.
    return "\\\\u%04x".formatted((int) found.group().charAt(0));
  }
}
