package io.github.ecrcontainerd.it.daemon;

import io.github.ecrcontainerd.it.support.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a private daemon leaves on the machine: processes in its mount namespaces and of its
 * containers, mounts below its directories, control groups of its containers, and files.
 */
final class Traces {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration TICK = Duration.ofMillis(5);

  private final List<Path> directories;
  private final Set<Path> namespaces = new HashSet<>();

  /** Holds the namespaces open: otherwise the kernel could reuse their numbers. */
  private final List<InputStream> held = new ArrayList<>();

  Traces(Path... directories) {
    this.directories = List.of(directories);
  }

  /** Adds the mount namespace of a started process, which has to be the daemon's own by now. */
  void add(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      held.add(Files.newInputStream(process.resolve("ns/mnt")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Path namespace = mountNamespace(process).orElseThrow();
    if (namespace.equals(mountNamespace(Path.of("/proc/self")).orElseThrow())) {
      throw new AssertionError("containerd runs in the mount namespace of the tests");
    }
    namespaces.add(namespace);
  }

  /** Removes everything, and returns what could not be removed. */
  List<String> remove() {
    List<String> left = new ArrayList<>();
    try {
      List<Cgroup> cgroups = Cgroup.ofTasks(directories);
      kill();
      List<Path> mounts = mounts();
      for (Path mount : mounts.reversed()) {
        Command.run(List.of("umount", mount.toString()));
      }
      cgroups.forEach(Cgroup::remove);
      // Never delete through a mount: the files there are not the daemon's.
      if (mounts().isEmpty()) {
        for (Path directory : directories) {
          delete(directory);
        }
      }
      processes().forEach(process -> left.add("process " + process.pid() + " " + process.info()));
      mounts().forEach(mount -> left.add("mount " + mount));
      directories.stream().filter(Files::exists).forEach(file -> left.add("files in " + file));
      cgroups.stream().filter(Cgroup::exists).forEach(cgroup -> left.add("cgroup " + cgroup));
      for (InputStream namespace : held) {
        namespace.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return left;
  }

  /**
   * Kills until no process is left: a shim may have been about to start one. The kernel notifies
   * only a parent of a process's end, and this is not their parent: so this polls, for some seconds
   * at most.
   */
  private void kill() throws IOException {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    for (List<ProcessHandle> alive = processes();
        !alive.isEmpty() && System.nanoTime() < deadline;
        alive = processes()) {
      alive.forEach(ProcessHandle::destroyForcibly);
      LockSupport.parkNanos(TICK.toNanos());
    }
  }

  /**
   * The shims and other processes in the daemon's namespaces, and containers: processes whose own
   * root file system comes from the daemon's directories. (Merely seeing such a mount is no
   * criterion: any process of the machine does, as soon as a test mounts a snapshot.) A process
   * that has ended has neither, even while its parent has not read its exit code.
   */
  private List<ProcessHandle> processes() throws IOException {
    List<ProcessHandle> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        String name = entry.getFileName().toString();
        if (Character.isDigit(name.charAt(0)) && (isInNamespace(entry) || isContainer(entry))) {
          ProcessHandle.of(Long.parseLong(name)).ifPresent(found::add);
        }
      }
    }
    return found;
  }

  private boolean isInNamespace(Path process) {
    return mountNamespace(process).filter(namespaces::contains).isPresent();
  }

  /** Empty for a process that has ended. */
  private static Optional<Path> mountNamespace(Path process) {
    try {
      return Optional.of(Files.readSymbolicLink(process.resolve("ns/mnt")));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private boolean isContainer(Path process) {
    try {
      return Files.readAllLines(process.resolve("mountinfo")).stream()
          .map(line -> line.split(" ", -1))
          .filter(fields -> fields[4].equals("/"))
          .map(fields -> String.join(" ", fields))
          .anyMatch(line -> directories.stream().anyMatch(d -> line.contains(d + "/")));
    } catch (IOException e) {
      return false; // It has ended.
    }
  }

  /** The mounts that a test left below the directories, parents before children. */
  private List<Path> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .map(line -> Path.of(line.split(" ", -1)[4].replace("\\040", " ")))
        .filter(mount -> directories.stream().anyMatch(mount::startsWith))
        .toList();
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
              throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /**
   * The control group of a container, {@code /<namespace>/<id>} in each hierarchy, which runc
   * removes unless it is killed, or its parent, which nothing else removes.
   */
  private record Cgroup(Path hierarchy, Path path) {

    /** The groups of the daemon's tasks, also of ended ones whose directories are left. */
    static List<Cgroup> ofTasks(List<Path> directories) throws IOException {
      List<Cgroup> cgroups = new ArrayList<>();
      for (Path directory : directories) {
        for (Path state : List.of(directory, directory.resolve("state"))) {
          Path tasks = state.resolve("io.containerd.runtime.v2.task");
          for (Path namespace : children(tasks)) {
            for (Path hierarchy : Cgroups.hierarchies()) {
              for (Path task : children(namespace)) {
                cgroups.add(new Cgroup(hierarchy, tasks.relativize(task)));
              }
              cgroups.add(new Cgroup(hierarchy, tasks.relativize(namespace)));
            }
          }
        }
      }
      return cgroups;
    }

    private static List<Path> children(Path directory) throws IOException {
      if (!Files.isDirectory(directory)) {
        return List.of();
      }
      try (Stream<Path> entries = Files.list(directory)) {
        return entries.toList();
      }
    }

    void remove() {
      try {
        Files.deleteIfExists(hierarchy.resolve(path));
      } catch (DirectoryNotEmptyException e) {
        // Another daemon has containers there.
      } catch (IOException e) {
        // The kernel reports the same as EBUSY.
      }
    }

    /** Whether a container's group is left. Its parent isn't checked: other daemons may use it. */
    boolean exists() {
      return path.getNameCount() > 1 && Files.exists(hierarchy.resolve(path));
    }

    @Override
    public String toString() {
      return hierarchy.resolve(path).toString();
    }
  }
}
