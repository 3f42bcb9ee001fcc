package io.github.ecrcontainerd.it.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The control groups of this machine, of version 1 and 2 (cgroups(7)). */
final class Cgroups {

  private Cgroups() {}

  /** The mount points of the hierarchies: one for all controllers, or one for each. */
  static List<Path> hierarchies() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mounts")).stream()
        .map(line -> line.split(" ", -1))
        .filter(fields -> fields[2].equals("cgroup") || fields[2].equals("cgroup2"))
        .map(fields -> Path.of(fields[1]))
        .toList();
  }

  /** Of the groups that a process is in, the directories of those whose path contains a name. */
  static List<Path> of(long pid, String name) throws IOException {
    // 4:memory:/docker/0123456789ab
    List<Path> groups =
        Files.readAllLines(Path.of("/proc", Long.toString(pid), "cgroup")).stream()
            .map(line -> line.split(":", 3)[2])
            .filter(group -> group.contains(name))
            .distinct()
            .map(group -> Path.of("/").relativize(Path.of(group)))
            .toList();
    return hierarchies().stream()
        .flatMap(hierarchy -> groups.stream().map(hierarchy::resolve))
        .filter(Files::exists)
        .toList();
  }
}
