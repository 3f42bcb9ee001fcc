package io.github.ecrcontainerd.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A process that SIGSTOP has stopped: it is there and does nothing, until this is closed. */
final class Suspension implements AutoCloseable {
  private final long pid;

  private Suspension(long pid) {
    this.pid = pid;
  }

  /** Stops a process, and returns when none of its threads runs any more. */
  static Suspension of(long pid) {
    Command.run(List.of("kill", "-STOP", Long.toString(pid)));
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

  /** {@code 4711 (containerd) T 1 ...}: proc(5). */
  private static boolean isStopped(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return stat.substring(stat.lastIndexOf(')')).startsWith(") T");
    } catch (NoSuchFileException e) {
      return true; // It has ended.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Command.run(List.of("kill", "-CONT", Long.toString(pid)));
  }
}
