package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A terminal of tmux that runs one program. Tests can read its screen. */
public final class Tmux implements AutoCloseable {
  private static final long POLL_MILLIS = 50;

  private final Path socket;

  private Tmux(Path socket) {
    this.socket = socket;
  }

  /**
   * Starts a shell script in a terminal, which stays open after the script's end.
   *
   * @param directory for tmux's socket
   */
  public static Tmux start(
      Path directory, int columns, int rows, Map<String, String> environment, String script) {
    Tmux tmux = new Tmux(directory.resolve("tmux"));
    List<String> command = new ArrayList<>(List.of("env", "LC_ALL=C.UTF-8"));
    command.addAll(tmux.command("-f", "/dev/null", "new-session", "-d"));
    command.addAll(List.of("-x", Integer.toString(columns), "-y", Integer.toString(rows)));
    environment.forEach((name, value) -> command.addAll(List.of("-e", name + "=" + value)));
    // tmux's server ends with its last window.
    command.add(script + "; echo \"[ended with $?]\"; exec sleep 300");
    Command.run(command);
    return tmux;
  }

  /** The text on the screen, without the blanks at the ends of lines. */
  public List<String> screen() {
    return Command.run(command("capture-pane", "-p")).lines().map(String::stripTrailing).toList();
  }

  /** All lines that it has shown, those that are wider than the terminal in one piece. */
  public List<String> history() {
    return Command.run(command("capture-pane", "-p", "-J", "-S", "-"))
        .lines()
        .map(String::stripTrailing)
        .toList();
  }

  /** The title, which a program may set by a control sequence. */
  public String title() {
    return Command.run(command("display-message", "-p", "#{pane_title}")).strip();
  }

  /**
   * Waits until the screen shows a text.
   *
   * @return the screen that shows it
   */
  public List<String> await(Predicate<List<String>> shown) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      List<String> screen = screen();
      if (shown.test(screen)) {
        return screen;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("It still shows:\n" + String.join("\n", screen));
      }
      // A terminal has no event for changes of its screen, so this polls.
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Types a text, or a key that tmux has a name for. */
  public void type(String keys) {
    Command.run(command("send-keys", "--", keys));
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of("tmux", "-S", socket.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() throws IOException {
    Command.run(command("kill-server"));
  }
}
