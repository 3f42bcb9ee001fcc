package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A control group that limits memory, of version 1 or 2: cgroups(7), "memory". It is empty, and
 * removed, when it is closed. Needs root.
 */
public final class MemoryGroup implements AutoCloseable {
  private static final Path VERSION_1 = Path.of("/sys/fs/cgroup/memory");
  private static final Path VERSION_2 = Path.of("/sys/fs/cgroup");

  private final Path directory;
  private final boolean isVersion1;

  private MemoryGroup(Path directory, boolean isVersion1) {
    this.directory = directory;
    this.isVersion1 = isVersion1;
  }

  /**
   * Makes one.
   *
   * @throws AssertionError if this machine has no such groups; the message says what is missing
   */
  public static MemoryGroup of(long bytes) throws IOException {
    boolean isVersion1 = Files.exists(VERSION_1.resolve("memory.limit_in_bytes"));
    Path parent = isVersion1 ? VERSION_1 : VERSION_2;
    if (!isVersion1) {
      Path delegated = parent.resolve("cgroup.subtree_control");
      if (!Files.exists(delegated) || !Files.readString(delegated).contains("memory")) {
        throw new AssertionError(
            "No memory can be limited here: neither %s nor %s has the controller memory of cgroups(7)"
                .formatted(VERSION_1, delegated));
      }
    }
    Path directory = Files.createDirectory(parent.resolve("ecr-it-" + System.nanoTime()));
    MemoryGroup group = new MemoryGroup(directory, isVersion1);
    Files.writeString(
        directory.resolve(isVersion1 ? "memory.limit_in_bytes" : "memory.max"), "" + bytes);
    return group;
  }

  /** The start of the command line of a program that runs in it. */
  List<String> wrapper() {
    return List.of(
        "sh",
        "-c",
        "echo $$ > \"$1\" && shift && exec \"$@\"",
        "sh",
        directory.resolve("cgroup.procs").toString());
  }

  /** The most that its processes had at a time. */
  public long peak() throws IOException {
    // memory.peak is there from Linux 5.19 on.
    return Long.parseLong(read(isVersion1 ? "memory.max_usage_in_bytes" : "memory.peak").strip());
  }

  /** How many of its processes the kernel has killed, because the limit was too low for them. */
  public long killed() throws IOException {
    // "oom_kill 0", of version 1 from Linux 4.13 on
    return read(isVersion1 ? "memory.oom_control" : "memory.events")
        .lines()
        .filter(line -> line.startsWith("oom_kill "))
        .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length())))
        .findFirst()
        .orElseThrow();
  }

  private String read(String file) throws IOException {
    return Files.readString(directory.resolve(file));
  }

  /** The processes in it. */
  public List<String> processes() throws IOException {
    return new ArrayList<>(Files.readAllLines(directory.resolve("cgroup.procs")));
  }

  @Override
  public void close() throws IOException {
    Files.delete(directory);
  }
}
