package io.github.ecrcontainerd.it.daemon;

import io.github.ecrcontainerd.it.support.Proc;
import io.github.ecrcontainerd.it.support.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A process stopped by SIGSTOP until this is closed. */
final class Suspension implements AutoCloseable {
  private final long pid;

  private Suspension(long pid) {
    this.pid = pid;
  }

  /** Stops a process, and returns when all of its threads have stopped. */
  static Suspension of(long pid) {
    Signal.SIGSTOP.send(pid);
    while (!isStopped(pid)) {
      Thread.onSpinWait();
    }
    return new Suspension(pid);
  }

  private static boolean isStopped(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads.allMatch(Suspension::isStopped);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** {@code 4711 (containerd) T 1 ...}: proc(5). A thread that has ended counts as stopped. */
  private static boolean isStopped(Path thread) {
    return Proc.read(thread.resolve("stat"))
        .map(stat -> stat.substring(stat.lastIndexOf(')')).startsWith(") T"))
        .orElse(true);
  }

  @Override
  public void close() {
    Signal.SIGCONT.send(pid);
  }
}
