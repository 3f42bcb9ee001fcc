package io.github.ecrcontainerd.testing;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;

/**
 * A containerd in a Docker container, for tests of code that uses containerd. Its socket is shared
 * with this machine, and belongs to the user who runs the tests. It pulls, unpacks and runs
 * containers. It has no network, because the client transfers the images into it.
 *
 * <pre>{@code
 * try (var daemon = new ContainerdContainer()) {
 *   daemon.start();
 *   try (var containerd = ContainerdClient.builder().address(daemon.socket()).build()) {
 *     containerd.pull(reference, resolver, PullOptions.defaults());
 *   }
 * }
 * }</pre>
 *
 * <p>Docker must run on the same machine, on Linux, as root, and not in a virtual machine.
 * Otherwise directories can't be shared.
 *
 * <p>The Docker image is built when the first container starts, in a minute or less, and removed
 * when the JVM ends. It contains Debian's containerd and runc on a {@link #BASE base}, or those of
 * the base.
 *
 * <p>Everything below {@code java.io.tmpdir} is shared, at the same path in the container and
 * outside: the socket, and the FIFOs that a client creates for the output of containers. {@link
 * #share} adds other directories.
 *
 * <p>{@link #endContainerd} ends or kills containerd, and {@link #startContainerd} starts it again.
 * The containers that it runs continue meanwhile, as on any machine.
 *
 * <p>For one thread at a time.
 */
public final class ContainerdContainer extends GenericContainer<ContainerdContainer> {
  /** Debian's stable release, whose containerd is 1.7. */
  public static final String BASE = "debian:trixie-slim";

  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final String SERVES = "containerd successfully booted";
  private static final String ENDED = "containerd ended";

  /**
   * A FIFO in the container, which is read after containerd has ended. A line starts containerd
   * again.
   */
  private static final String START = "/run/start-containerd";

  private static final String PID = "/run/containerd.pid";

  /** Each image is built once, when its first container is created. */
  private static final Map<String, ImageFromDockerfile> IMAGES = new ConcurrentHashMap<>();

  /**
   * Process 1 of the container. Docker mounts the control groups read-only, but runc creates one
   * for each container, so they are remounted. In version 2, a group with processes can't pass
   * controllers on to other groups (cgroups(7), "no internal processes"), so the existing processes
   * move into their own group.
   */
  private static final String INIT =
      """
      while read -r _ place type _; do
        case $type in cgroup | cgroup2) mount -o remount,bind,rw "$place" ;; esac
      done < /proc/self/mounts
      groups=/sys/fs/cgroup
      if [ -e $groups/cgroup.controllers ]; then
        mkdir -p $groups/init
        while read -r process; do
          echo "$process" > $groups/init/cgroup.procs || :
        done < $groups/cgroup.procs
        for controller in $(cat $groups/cgroup.controllers); do
          echo "+$controller" > $groups/cgroup.subtree_control || :
        done
      fi
      mkfifo -m 600 %1$s
      while :; do
        sh -c 'echo $$ > %3$s && exec containerd "$@"' sh "$@"
        echo "%2$s: exit status $?" >&2
        until read -r _ < %1$s; do :; done
      done
      """
          .formatted(START, ENDED, PID);

  private final Set<Path> shared =
      new LinkedHashSet<>(List.of(Path.of(System.getProperty("java.io.tmpdir"))));
  private @Nullable Path configuration;
  private @Nullable Path directory;
  private int starts;

  /** A container that is not started yet, of an image that is built from {@link #BASE}. */
  public ContainerdContainer() {
    this(BASE);
  }

  /**
   * A container that is not started yet.
   *
   * @param base the image to build on: a Debian or Ubuntu, with or without containerd and runc
   */
  public ContainerdContainer(String base) {
    super(IMAGES.computeIfAbsent(base, ContainerdContainer::image));
    withNetworkMode("none");
    withCreateContainerCmdModifier(create -> prepare(create.getHostConfig()));
    waitingFor(start(1));
  }

  private static ImageFromDockerfile image(String base) {
    return new ImageFromDockerfile()
        .withFileFromString("init", INIT)
        .withDockerfileFromBuilder(
            file ->
                file.from(base)
                    .run(
                        "command -v containerd > /dev/null || { apt-get update"
                            + " && apt-get install -y --no-install-recommends containerd runc"
                            + " && rm -rf /var/lib/apt/lists/*; }")
                    .copy("init", "/init")
                    // The container's root is an overlay, which can't be the upper directory of
                    // another overlay.
                    .volume("/var/lib/containerd")
                    .entryPoint("sh", "/init")
                    .build())
        // For apt's downloads. The host network is the only one that every Docker has.
        .withBuildImageCmdModifier(build -> build.withNetworkMode("host"));
  }

  /**
   * Binds the shared directories, and allows what containerd and runc need: mounts, namespaces,
   * control groups, device nodes. That is less than {@code --privileged}, which also requires
   * CAP_SYS_RESOURCE. A Docker in a container or sandbox may not have this capability, and so can't
   * give it.
   */
  private void prepare(@Nullable HostConfig host) {
    Stream<Bind> others = Stream.of(Objects.requireNonNull(host).getBinds());
    host.withBinds(Stream.concat(others, shared.stream().map(ContainerdContainer::bind)).toList())
        .withCapAdd(Capability.ALL)
        .withCapDrop(Capability.SYS_RESOURCE)
        .withSecurityOpts(List.of("seccomp=unconfined", "apparmor=unconfined", "label=disable"));
  }

  /**
   * Shares a directory, at the same path in the container and outside. Before the start only.
   *
   * @return this
   */
  public ContainerdContainer share(Path directory) {
    shared.add(directory.toAbsolutePath());
    return this;
  }

  /**
   * Not by Testcontainers' own method, which starts an image from a registry to check whether files
   * can be shared.
   */
  private static Bind bind(Path directory) {
    return new Bind(directory.toString(), new Volume(directory.toString()));
  }

  /**
   * Uses the given configuration file, in a shared directory. It must also set the socket's
   * address. Before the start only.
   *
   * @return this
   */
  public ContainerdContainer configuredBy(Path file) {
    configuration = file;
    return this;
  }

  /**
   * The socket that a client connects to.
   *
   * @throws IllegalStateException if the container was not started, or a {@link #configuredBy
   *     configuration} sets the socket's address
   */
  public Path socket() {
    if (directory == null) {
      throw new IllegalStateException(
          "The container has no socket of its own: it is not running, or its configuration sets the socket");
    }
    return directory.resolve("containerd.sock");
  }

  @Override
  protected void configure() {
    starts = 1;
    Path file = configuration;
    if (file == null) {
      file = ownConfiguration();
    }
    withCommand("--config", file.toString());
  }

  /**
   * The directory's name is short, because a socket's path has at most 107 bytes (unix(7)), and
   * containerd derives a longer path from this one.
   */
  private Path ownConfiguration() {
    try {
      directory = Files.createTempDirectory("ctd");
      return Files.writeString(
          directory.resolve("config.toml"),
          """
          version = 2
          disabled_plugins = ["io.containerd.grpc.v1.cri"]
          [grpc]
          address = "%s"
          uid = %s
          gid = %s
          """
              .formatted(
                  socket(),
                  Files.getAttribute(directory, "unix:uid"),
                  Files.getAttribute(directory, "unix:gid")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void containerIsStarted(InspectContainerResponse container) {
    requireServing();
  }

  /**
   * Ends containerd, and waits until it has ended. The Docker container continues, and so do the
   * containers that containerd runs.
   *
   * @param forcibly whether to use SIGKILL instead of SIGTERM
   * @throws IllegalStateException if it isn't running, or doesn't end within 30 s
   */
  public void endContainerd(boolean forcibly) throws InterruptedException {
    // Opening a FIFO for writing waits for its reader (fifo(7)).
    execute(
        "kill -s %s $(cat %s) && timeout %d sh -c ': > %s'"
            .formatted(forcibly ? "KILL" : "TERM", PID, DEADLINE.toSeconds(), START));
  }

  /**
   * Starts containerd again, after it has ended or was killed.
   *
   * @throws IllegalStateException if it is running, and doesn't end within 30 s
   * @throws ContainerLaunchException if it doesn't start; the message contains its output
   */
  public void startContainerd() throws InterruptedException {
    execute("timeout %d sh -c 'echo > %s'".formatted(DEADLINE.toSeconds(), START));
    starts++;
    start(starts).waitUntilReady(this);
    requireServing();
  }

  private void execute(String script) throws InterruptedException {
    try {
      ExecResult result = execInContainer("sh", "-c", script);
      if (result.getExitCode() != 0) {
        throw new IllegalStateException(
            "%s: exit code %d. %s".formatted(script, result.getExitCode(), result.getStderr()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the n-th start, successful or failed. The log contains both, and each end. */
  private static WaitStrategy start(int n) {
    return Wait.forLogMessage(".*(%s|%s).*\\s*".formatted(SERVES, ENDED), 2 * n - 1)
        .withStartupTimeout(DEADLINE);
  }

  private void requireServing() {
    String log = getLogs();
    if (log.lastIndexOf(ENDED) > log.lastIndexOf(SERVES)) {
      throw new ContainerLaunchException("containerd did not start. It says:\n" + log);
    }
  }

  /** Ends and removes the container with everything in it, even if it didn't start. */
  @Override
  public void stop() {
    super.stop();
    Path own = directory;
    if (own == null) {
      return;
    }
    directory = null;
    try (Stream<Path> files = Files.list(own)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.delete(file);
      }
      Files.delete(own);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
