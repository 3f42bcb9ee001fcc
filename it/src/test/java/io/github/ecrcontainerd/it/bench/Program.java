package io.github.ecrcontainerd.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that is run from its start to its end, away from the environment of who runs the
 * benchmark. GNU time, a process of few pages, starts it: a child of this JVM would be born with
 * this JVM's peak memory.
 */
final class Program {
  private static final Duration DEADLINE = Duration.ofMinutes(5);

  private final List<String> command;
  private final Map<String, String> environment = new HashMap<>();
  private @Nullable Path input;

  Program(List<String> command) {
    this.command = command;
    for (String kept : List.of("PATH", "HOME", "JAVA_HOME", "XDG_CACHE_HOME")) {
      @Nullable String value = System.getenv(kept);
      if (value != null) {
        environment.put(kept, value);
      }
    }
    environment.put("LC_ALL", "C.UTF-8");
    // Any will do: ecr-local asks for a signature and doesn't check whose.
    environment.put("AWS_ACCESS_KEY_ID", "local");
    environment.put("AWS_SECRET_ACCESS_KEY", "local");
  }

  /** Lets it trust the authorities of a file, and no others. */
  Program trusting(Path authorities) {
    environment.put("SSL_CERT_FILE", authorities.toString());
    return this;
  }

  /** What it reads. */
  Program from(Path file) {
    input = file;
    return this;
  }

  /**
   * Runs it.
   *
   * @throws IllegalStateException if it fails or takes minutes, with what it said
   */
  Usage run() throws InterruptedException {
    try {
      Path figures = Files.createTempFile("bench", ".time");
      Path said = Files.createTempFile("bench", ".err");
      try {
        return run(figures, said);
      } finally {
        Files.delete(figures);
        Files.delete(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Usage run(Path figures, Path said) throws IOException, InterruptedException {
    List<String> timed =
        new ArrayList<>(List.of("/usr/bin/time", "-q", "-f", "%M %U %S", "-o", figures.toString()));
    timed.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(timed);
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectInput(
        input == null
            ? Redirect.from(Path.of("/dev/null").toFile())
            : Redirect.from(input.toFile()));
    builder.redirectOutput(Redirect.DISCARD).redirectError(said.toFile());
    long start = System.nanoTime();
    Process process = builder.start();
    try {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("Still running after " + DEADLINE + ": " + this);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (process.exitValue() != 0) {
        throw new IllegalStateException(
            "%s: exit code %d%n%s".formatted(this, process.exitValue(), Files.readString(said)));
      }
      String[] fields = Files.readString(figures).strip().split(" ", -1);
      return new Usage(
          seconds,
          Long.parseLong(fields[0]) << 10,
          Double.parseDouble(fields[1]) + Double.parseDouble(fields[2]));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Override
  public String toString() {
    return command.getFirst() + " " + command.get(1);
  }
}
