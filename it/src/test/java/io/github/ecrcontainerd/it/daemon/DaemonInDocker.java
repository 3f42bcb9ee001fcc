package io.github.ecrcontainerd.it.daemon;

import io.github.ecrcontainerd.testing.ContainerdContainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedCollection;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerLaunchException;

/**
 * A containerd in its own Docker container, which shares this machine's files at the same paths.
 * The container outlives the daemon, so that the daemon's shims and containers do, too. {@code
 * bin/with-docker} provides Docker and the base image.
 */
final class DaemonInDocker implements Daemon {
  private final ContainerdContainer container;
  private @Nullable ProcessHandle process;
  private List<Path> groups = List.of();

  /** Whether the tests run against such a daemon. */
  static boolean isAskedFor() {
    return System.getProperty("it.containerd", "").equals("docker");
  }

  /** The base of the image of the daemon's container. */
  static String base() {
    return Optional.ofNullable(System.getenv("IT_DOCKER_BASE")).orElse(ContainerdContainer.BASE);
  }

  /** A daemon that is not started yet, with a directory for its files and a root. */
  DaemonInDocker(Path directory, Path root) {
    container = new ContainerdContainer(base());
    SequencedCollection<Path> shared = new LinkedHashSet<>();
    shared.add(Path.of(System.getProperty("java.io.tmpdir")));
    for (Path file : List.of(directory, root)) {
      if (shared.stream().noneMatch(file::startsWith)) {
        shared.add(file);
        container.share(file);
      }
    }
  }

  @Override
  public String ctr() {
    return "ctr";
  }

  @Override
  public void start(Path configuration) {
    try {
      if (container.isCreated()) {
        container.startContainerd();
      } else {
        container.configuredBy(configuration).start();
        groups = Cgroups.of(init().pid(), container.getContainerId());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ContainerLaunchException e) {
      throw new AssertionError("No containerd in Docker, because of what is below. " + log(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while containerd started", e);
    }
    process =
        init()
            .children()
            .filter(
                child -> child.info().command().filter(c -> c.endsWith("/containerd")).isPresent())
            .findFirst()
            .orElseThrow(
                () -> new AssertionError("containerd is not among this machine's processes"));
  }

  /** The container's first process, which is the daemon's parent. */
  private ProcessHandle init() {
    long pid = Objects.requireNonNull(container.getContainerInfo().getState().getPidLong());
    return ProcessHandle.of(pid)
        .orElseThrow(
            () ->
                new AssertionError(
                    "Process %d of Docker is not one of this machine's: does it run elsewhere?"
                        .formatted(pid)));
  }

  @Override
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  @Override
  public long pid() {
    if (process == null || !process.isAlive()) {
      throw new AssertionError("containerd is not running. It said:\n" + log());
    }
    return process.pid();
  }

  @Override
  public String log() {
    return container.isCreated() ? container.getLogs() : "";
  }

  @Override
  public void end(boolean forcibly) {
    long pid = pid();
    try {
      container.endContainerd(forcibly);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while containerd, process " + pid + ", ended", e);
    }
  }

  /** Checks that the container is gone: Testcontainers' {@code stop()} reports no failure. */
  @Override
  public List<String> remove() {
    String id = container.getContainerId();
    container.stop();
    List<String> left = new ArrayList<>();
    if (id != null) {
      container
          .getDockerClient()
          .listContainersCmd()
          .withShowAll(true)
          .withIdFilter(List.of(id))
          .exec()
          .forEach(found -> left.add("Docker's container " + found.getId()));
    }
    groups.stream().filter(Files::exists).forEach(group -> left.add("cgroup " + group));
    return left;
  }
}
