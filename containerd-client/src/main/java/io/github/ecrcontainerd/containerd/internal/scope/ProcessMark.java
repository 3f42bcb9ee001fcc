package io.github.ecrcontainerd.containerd.internal.scope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What names a process among all that ever use a daemon, so that another one can tell that it has
 * ended: the machine's boot, the namespace of process numbers, its number, and when it started,
 * because numbers are used again (proc(5)).
 */
record ProcessMark(String boot, String namespace, long pid, String start) {
  private static final Path PROC = Path.of("/proc");

  /** The field of {@code /proc/PID/stat} behind the program's name, which is the second: 22. */
  private static final int START = 22 - 3;

  private static final int FIELDS = 4;

  /** This process; empty where there is no {@code /proc} that tells. */
  static Optional<ProcessMark> own() {
    try {
      long pid = ProcessHandle.current().pid();
      return Optional.of(new ProcessMark(bootId(), ownNamespace(), pid, startOf(pid)));
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }

  /** What {@link #toString} wrote; empty for anything else. */
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
   * Whether it is known that the process has ended. It is not of a process of another machine, or
   * of another namespace; nor where this one may not see those of other users (hidepid).
   */
  boolean hasEnded() {
    try {
      if (!boot.equals(bootId()) || !namespace.equals(ownNamespace())) {
        return false;
      }
      // The first of the namespace is always there: who can't see it can't see others either.
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
    // The name may have blanks and brackets.
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[START];
  }

  @Override
  public String toString() {
    return "%s %s %d %s".formatted(boot, namespace, pid, start);
  }
}
