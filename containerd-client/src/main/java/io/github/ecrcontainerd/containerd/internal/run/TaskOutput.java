package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.task.Stdio;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The output of one task, through FIFOs in a directory that only the user can access. */
final class TaskOutput implements AutoCloseable {
  private final Path directory;
  private final Pump stdout;
  private final Pump stderr;

  private TaskOutput(Path directory, Pump stdout, Pump stderr) {
    this.directory = directory;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  static TaskOutput to(OutputStream stdout, OutputStream stderr) throws IOException {
    Path directory = Files.createTempDirectory("containerd-task");
    try {
      Pump out = Pump.start(directory.resolve("stdout"), stdout);
      try {
        return new TaskOutput(directory, out, Pump.start(directory.resolve("stderr"), stderr));
      } catch (IOException e) {
        out.close();
        throw e;
      }
    } catch (IOException e) {
      Files.deleteIfExists(directory);
      throw e;
    }
  }

  Stdio stdio() {
    return new Stdio(Optional.empty(), Optional.of(stdout.fifo()), Optional.of(stderr.fifo()));
  }

  Path directory() {
    return directory;
  }

  /** Whether the daemon reports that it can't find the FIFOs. */
  boolean isMissedBy(ContainerdException refusal) {
    String said = String.valueOf(refusal.getMessage());
    return said.contains(directory.toString()) && said.contains("no such file");
  }

  /** Call when the daemon has created the task, and so has opened the FIFOs. */
  void connected() throws IOException {
    stdout.connected();
    stderr.connected();
  }

  /** Waits until all output of a deleted task has reached its streams. */
  void drain() throws IOException, InterruptedException {
    stdout.drain();
    stderr.drain();
  }

  @Override
  public void close() throws IOException {
    try (stderr) {
      stdout.close();
    }
    Files.deleteIfExists(directory);
  }
}
