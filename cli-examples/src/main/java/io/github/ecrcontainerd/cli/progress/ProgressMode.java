package io.github.ecrcontainerd.cli.progress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How a transfer is shown. */
public enum ProgressMode {
  /** On a terminal {@link #TTY}, elsewhere {@link #PLAIN}. */
  AUTO,
  TTY,
  PLAIN,
  JSON,
  QUIET;

  private static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

  /** Parses the word for a mode. */
  public static ProgressMode parse(String text) {
    return Arrays.stream(values())
        .filter(mode -> mode.word().equals(text))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "it is one of %s, not %s"
                        .formatted(
                            Arrays.stream(values())
                                .map(ProgressMode::word)
                                .collect(Collectors.joining(", ")),
                            text)));
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Begins to show a transfer.
   *
   * @param out standard error
   * @param inFull whether to include details that only help to find out why a pull is slow
   */
  public Progress show(Direction direction, Console out, boolean inFull) {
    return new Progress(direction, view(out), inFull);
  }

  private View view(Console out) {
    return switch (this) {
      case AUTO -> drawsOn(System.getenv()) ? TTY.view(out) : PLAIN.view(out);
      case TTY -> new TerminalView(out, TerminalSize::ofStandardError);
      case PLAIN -> new PlainView(out);
      case JSON -> new JsonView(out);
      case QUIET -> new QuietView(out);
    };
  }

  /** Whether lines may be overwritten: not in a file, nor in a CI's log. */
  private static boolean drawsOn(Map<String, String> environment) {
    return isTerminal()
        && !"dumb".equals(environment.get("TERM"))
        && environment.getOrDefault("CI", "").isEmpty();
  }

  /** System.console() checks standard input and output, which may be redirected separately. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(STANDARD_ERROR).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException e) {
      // No /proc, for example on a system other than Linux.
      return false;
    }
  }
}
