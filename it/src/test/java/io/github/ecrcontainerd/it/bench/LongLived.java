package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.support.Command;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JVM with the launcher's flags that does one task after another: {@link Child}. */
final class LongLived implements AutoCloseable {
  private final Process process;
  private final BufferedWriter tasks;
  private final BufferedReader answers;
  private final ProcessFigures figures;

  /**
   * Starts it.
   *
   * @param authorities the file of those that it trusts
   */
  LongLived(Path authorities) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Launcher.FLAGS);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Child.class.getName()));
    try {
      ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
      builder.environment().put("SSL_CERT_FILE", authorities.toString());
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tasks = process.outputWriter();
    answers = process.inputReader();
    figures = new ProcessFigures(process.pid());
  }

  /**
   * Lets it do a task, once.
   *
   * @param words the task's name and its arguments, without spaces
   * @throws IllegalStateException if it fails; it has said why
   */
  Usage run(String... words) {
    double cpu = figures.cpu();
    figures.resetPeak();
    try {
      tasks.write(String.join(" ", words) + "\n");
      tasks.flush();
      @Nullable String seconds = answers.readLine();
      if (seconds == null) {
        throw new IllegalStateException("The JVM that goes on has ended in " + words[0]);
      }
      return new Usage(Double.parseDouble(seconds), figures.peak(), figures.cpu() - cpu);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Command.kill(process);
  }
}
