package io.github.ecrcontainerd.it.daemon;

import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real containerd, away from the machine's own: its root, state, socket and configuration are in
 * a temporary directory.
 *
 * <p>It is a process of this machine, with a {@code /run} of its own, or runs in a container of
 * Docker, where the system property {@code it.containerd} is {@code docker}. A client's FIFOs must
 * be below {@code java.io.tmpdir}: the daemon would not find them elsewhere.
 *
 * <p>For one thread at a time, but for {@link #ctr}. Needs root.
 */
public final class Containerd implements AutoCloseable {
  private static final String WITHOUT_CRI = "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]";

  private final Daemon daemon;
  private final Path directory;
  private final Path root;
  private final Traces traces;
  private final Thread atExit = new Thread(this::close, "containerd-close");
  private boolean closed;

  /** Makes the daemon whose files are in a directory, and below a root. */
  @FunctionalInterface
  private interface Factory {
    Daemon create(Path directory, Path root) throws IOException;
  }

  private Containerd(Daemon daemon, Path directory, Path root) {
    this.daemon = daemon;
    this.directory = directory;
    this.root = root;
    this.traces = new Traces(directory, root);
  }

  /**
   * A daemon that answers.
   *
   * @throws AssertionError if it is not installed, or doesn't start; the message says why
   */
  public static Containerd open() {
    return open("");
  }

  /**
   * The same, with more in its configuration.
   *
   * @param settings what to add, in TOML of version 2
   */
  public static Containerd open(String settings) {
    if (DaemonInDocker.isAskedFor()) {
      return open(DaemonInDocker::new, settings);
    }
    Binaries binaries = Binaries.find();
    return open((directory, root) -> new DaemonProcess(binaries, directory), settings);
  }

  /**
   * A daemon that serves Kubernetes' container runtime interface, too: its CRI plugin is on.
   *
   * @param sandboxImage what it takes the containers that hold a pod's namespaces from
   */
  public static Containerd openWithCri(String sandboxImage) {
    Optional<String> cri = Optional.of(sandboxImage);
    if (DaemonInDocker.isAskedFor()) {
      return open(DaemonInDocker::new, cri, "");
    }
    Binaries binaries = Binaries.find();
    return open((directory, root) -> new DaemonProcess(binaries, directory), cri, "");
  }

  /**
   * A daemon of one version that answers.
   *
   * @param programs the directory of its containerd, shim and ctr; runc is the machine's
   * @param settings what to add to its configuration, in TOML of version 2
   * @param environment what to add to its environment
   * @throws AssertionError if it isn't there, or doesn't start; the message says why
   */
  public static Containerd open(Path programs, String settings, Map<String, String> environment) {
    Binaries binaries = Binaries.in(programs + ":" + System.getenv("PATH")).with(environment);
    return open((directory, root) -> new DaemonProcess(binaries, directory), settings);
  }

  private static Containerd open(Factory factory, String settings) {
    return open(factory, Optional.empty(), settings);
  }

  private static Containerd open(Factory factory, Optional<String> sandboxImage, String settings) {
    Containerd containerd;
    try {
      Path directory = Files.createTempDirectory(Scratch.forSockets(), "ctd");
      Path root = Scratch.forOverlays(directory);
      containerd = new Containerd(factory.create(directory, root), directory, root);
      containerd.configure(sandboxImage.map(containerd::cri).orElse(WITHOUT_CRI), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Runtime.getRuntime().addShutdownHook(containerd.atExit);
    try {
      containerd.start();
      return containerd;
    } catch (Throwable e) {
      try {
        containerd.close();
      } catch (Throwable again) {
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** What a client connects to. */
  public Path socket() {
    return directory.resolve("c.sock");
  }

  /** Where the daemon keeps content, snapshots and metadata: containerd's {@code --root}. */
  public Path root() {
    return root;
  }

  /** Everything of the daemon; a test may put its own files there, too. */
  public Path directory() {
    return directory;
  }

  /** The daemon's process, by the number that this machine gives it. */
  public long pid() {
    return daemon.pid();
  }

  /** What the daemon has written so far. */
  public String log() {
    return daemon.log();
  }

  /**
   * Imports an archive by {@code ctr}, and unpacks it in some snapshotter. The import of ctr 2
   * leaves that to the daemon's transfer service, which knows overlayfs alone, unless it is told
   * not to.
   */
  public void importAndUnpack(String namespace, String snapshotter, Path archive) {
    List<String> command = new ArrayList<>(List.of("-n", namespace, "images", "import"));
    if (ctr("images", "import", "--help").contains("--local")) {
      command.add("--local");
    }
    command.addAll(List.of("--snapshotter", snapshotter, archive.toString()));
    ctr(command.toArray(String[]::new));
  }

  /**
   * What {@code ctr} of the daemon's own version prints, called with these arguments behind its
   * {@code --address}. The namespace is {@code default}, unless they begin with {@code -n}.
   *
   * @throws AssertionError if it fails, with what it said
   */
  public String ctr(String... arguments) {
    return run(ctrCommand(arguments).toArray(String[]::new));
  }

  /**
   * The leases that an operation holds, as {@code ctr} lists them: not those that keep for a day
   * what a failed pull has brought.
   *
   * @param namespace in front of the command: {@code -n}, its name; or nothing
   */
  public List<String> heldLeases(String... namespace) {
    List<String> list = new ArrayList<>(List.of(namespace));
    list.addAll(List.of("leases", "ls", "-q"));
    return ctr(list.toArray(String[]::new))
        .lines()
        .filter(lease -> !lease.startsWith("resume-"))
        .toList();
  }

  /** The command line of such a call, for who runs it some other way. */
  public List<String> ctrCommand(String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(daemon.ctr(), "--address", socket().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * What another program prints, run where the daemon runs: with its mounts, its {@code /run}, and
   * its processes.
   *
   * @throws AssertionError if it fails, with what it said
   */
  public String run(String... command) {
    List<String> entered = new ArrayList<>();
    entered.addAll(List.of("nsenter", "--target", Long.toString(pid()), "--mount", "--pid"));
    entered.addAll(List.of(command));
    return Command.run(entered);
  }

  /**
   * The way to a path as the daemon, {@link #ctr} and {@link #run} see it, with what they mounted
   * there.
   */
  public Path view(Path path) {
    return Path.of("/proc", Long.toString(pid()), "root")
        .resolve(Path.of("/").relativize(path.toAbsolutePath()));
  }

  /** Whether it runs. */
  public boolean isRunning() {
    return daemon.isRunning();
  }

  /** Starts the daemon that was stopped or killed, on the same root, state and socket. */
  public void start() {
    if (daemon.isRunning()) {
      throw new IllegalStateException("containerd is running");
    }
    daemon.start(config());
    traces.add(daemon.pid());
  }

  /** Ends the daemon as a service manager does, by SIGTERM. Containers go on. */
  public void stop() {
    daemon.end(false);
  }

  /** Ends the daemon by SIGKILL. Containers go on. */
  public void kill() {
    daemon.end(true);
  }

  /**
   * Ends the daemon, its shims and containers, and removes all that is theirs.
   *
   * @throws AssertionError if a process, a mount or a file could not be removed
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (Thread.currentThread() != atExit) {
      try {
        Runtime.getRuntime().removeShutdownHook(atExit);
      } catch (IllegalStateException e) {
        // The JVM ends already, and the hook will find nothing to do.
      }
    }
    List<String> left = new ArrayList<>(daemon.remove());
    left.addAll(traces.remove());
    if (!left.isEmpty()) {
      throw new AssertionError("containerd left behind:\n" + String.join("\n", left));
    }
  }

  private Path config() {
    return directory.resolve("config.toml");
  }

  /** Every path that has a default on the machine is named. */
  private void configure(String cri, String settings) throws IOException {
    Files.writeString(
        config(),
        """
        version = 2
        root = "%s"
        state = "%s"
        %s
        [grpc]
        address = "%s"
        [plugins."io.containerd.internal.v1.opt"]
        path = "%s"
        """
                .formatted(
                    root, directory.resolve("state"), cri, socket(), directory.resolve("opt"))
            + settings);
  }

  /** The CRI plugin makes the directory where it looks for networks. */
  private String cri(String sandboxImage) {
    return """
    [plugins."io.containerd.grpc.v1.cri"]
    sandbox_image = "%s"
    restrict_oom_score_adj = true
    [plugins."io.containerd.grpc.v1.cri".cni]
    conf_dir = "%s"
    """
        .formatted(sandboxImage, directory.resolve("cni"));
  }
}
