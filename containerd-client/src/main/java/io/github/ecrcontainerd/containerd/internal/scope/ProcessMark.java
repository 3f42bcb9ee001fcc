package io.github.ecrcontainerd.containerd.internal.scope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Identifies a process among all that ever use a daemon, so that another process can detect that it
 * has ended: boot ID, PID namespace, PID, and start time, because PIDs are reused (proc(5)).
 */
record ProcessMark(String boot, String namespace, long pid, String start) {
  private static final Path PROC = Path.of("/proc");

  /**
   * The index of the start time, field 22 of {@code /proc/PID/stat}, in the fields after the
   * program's name, which is field 2.
   */
  private static final int START = 22 - 3;

  private static final int FIELDS = 4;

  /** Returns the mark of this process; empty without a usable {@code /proc}. */
  static Optional<ProcessMark> own() {
    try {
      long pid = ProcessHandle.current().pid();
      return Optional.of(new ProcessMark(bootId(), ownNamespace(), pid, startOf(pid)));
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }

  /** Parses the result of {@link #toString}; empty for any other text. */
  static Optional<ProcessMark> parse(String text) {
    String[] fields = text.split(" ", -1);
    if (fields.length != FIELDS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ProcessMark(fields[0], fields[1], Long.parseLong(fields[2]), fields[3]));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Whether the process is known to have ended. This is unknown for a process of another machine or
   * PID namespace, and if this process can't see other users' processes (hidepid).
   */
  boolean hasEnded() {
    try {
      if (!boot.equals(bootId()) || !namespace.equals(ownNamespace())) {
        return false;
      }
      // PID 1 always exists: if this process can't see it, it can't see others either.
      var _ = startOf(1);
      return !start.equals(startOf(pid));
    } catch (NoSuchFileException e) {
      return e.getFile().equals(statOf(pid).toString());
    } catch (IOException e) {
      return false;
    }
  }

  private static String bootId() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  private static String ownNamespace() throws IOException {
    String self = Files.readSymbolicLink(PROC.resolve("self")).toString();
    if (!self.equals(Long.toString(ProcessHandle.current().pid()))) {
      throw new IOException("%s is that of another namespace".formatted(PROC));
    }
    return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
  }

  private static Path statOf(long pid) {
    return PROC.resolve(Long.toString(pid)).resolve("stat");
  }

  private static String startOf(long pid) throws IOException {
    String stat = Files.readString(statOf(pid));
    // The name may contain spaces and parentheses.
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START];
  }

  @Override
  public String toString() {
    return "%s %s %d %s".formatted(boot, namespace, pid, start);
  }
}
