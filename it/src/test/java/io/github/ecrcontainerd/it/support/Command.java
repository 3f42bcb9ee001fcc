package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs another program to its end, for tests: if the program fails, the test fails. */
public final class Command {
  private static final Duration DEADLINE = Duration.ofMinutes(2);

  private Command() {}

  /**
   * What the program wrote to its standard output.
   *
   * @throws AssertionError if it can't be started, ends with another code than 0, or runs for more
   *     than two minutes; the message holds what it wrote to its standard error
   */
  public static String run(List<String> command) {
    return run(DEADLINE, command);
  }

  /** The same as {@link #run(List)}, with another time limit. */
  public static String run(Duration deadline, List<String> command) {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.PIPE).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new AssertionError("Can't run " + String.join(" ", command) + ": " + e.getMessage(), e);
    }
    try {
      CompletableFuture<String> output = drain(process.getInputStream());
      CompletableFuture<String> errors = drain(process.getErrorStream());
      if (!process.waitFor(deadline.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError(
            "Still running after %d s: %s"
                .formatted(deadline.toSeconds(), String.join(" ", command)));
      }
      if (process.exitValue() != 0) {
        throw new AssertionError(
            "%s: exit code %d%n%s"
                .formatted(String.join(" ", command), process.exitValue(), errors.join()));
      }
      return output.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted in " + String.join(" ", command), e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Ends a program that a test has started, by SIGKILL, and waits for its end. */
  public static void kill(Process process) {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static CompletableFuture<String> drain(InputStream stream) {
    CompletableFuture<String> text = new CompletableFuture<>();
    // A virtual thread would pin its carrier while it reads a pipe: on two cores, two such threads
    // stop all virtual threads.
    Thread.ofPlatform()
        .daemon()
        .name("output")
        .start(
            () -> {
              try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
              } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
              }
            });
    return text;
  }
}
