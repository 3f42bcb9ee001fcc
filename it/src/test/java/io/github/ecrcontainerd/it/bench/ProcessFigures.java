package io.github.ecrcontainerd.it.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel knows of a process that goes on (proc_pid_stat(5), proc_pid_status(5)).
 *
 * @param pid its number
 */
record ProcessFigures(long pid) {
  /** The unit of times in stat, which is the same on every Linux that Java runs on. */
  private static final double TICKS_PER_SECOND = 100;

  /** The CPU seconds that it has used so far, and its children that have ended. */
  double cpu() {
    return cpu(14);
  }

  /** The CPU seconds that it has used so far, without its children's. */
  double ownCpu() {
    return cpu(12);
  }

  private double cpu(int lastField) {
    String stat = read("stat");
    // The second field is the program's name, in parentheses, and may hold anything.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int field = 11; field <= lastField; field++) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Bytes of resident memory, at most, since {@link #resetPeak} or since it started. */
  long peak() {
    return read("status")
            .lines()
            .filter(line -> line.startsWith("VmHWM:"))
            .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("Process " + pid + " has ended"))
        << 10;
  }

  /** Lets the peak begin again at what it uses now. */
  void resetPeak() {
    try {
      Files.write(file("clear_refs"), List.of("5"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String read(String name) {
    try {
      return Files.readString(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String name) {
    return Path.of("/proc", Long.toString(pid), name);
  }
}
