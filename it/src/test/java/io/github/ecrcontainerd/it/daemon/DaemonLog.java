package io.github.ecrcontainerd.it.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The output of a containerd process, kept in a file. A line of it says when the daemon serves.
 *
 * @param file the file, with the output of the process that was started last
 */
record DaemonLog(Path file) {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /**
   * Keeps a process's output from its start on, and waits until it serves.
   *
   * @throws AssertionError if it doesn't; the message has the output
   */
  void awaitServing(Process started) {
    CompletableFuture<Boolean> booted = new CompletableFuture<>();
    // A virtual thread would pin its carrier while it reads a pipe: on two cores, two such threads
    // stop all virtual threads.
    Thread.ofPlatform().daemon().name("containerd-log").start(() -> copy(started, booted));
    boolean serves;
    try {
      serves = booted.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      serves = false;
    } catch (ExecutionException e) {
      throw new AssertionError("containerd's log can't be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while containerd started", e);
    }
    if (!serves) {
      throw new AssertionError("containerd did not start. It says:\n" + text());
    }
  }

  private void copy(Process started, CompletableFuture<Boolean> booted) {
    try (BufferedReader lines = started.inputReader();
        Writer log = Files.newBufferedWriter(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.write(line + "\n");
        log.flush();
        if (line.contains("containerd successfully booted")) {
          booted.complete(true);
        }
      }
      booted.complete(false);
    } catch (IOException e) {
      booted.completeExceptionally(e);
    }
  }

  /** What it has written so far. */
  String text() {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
