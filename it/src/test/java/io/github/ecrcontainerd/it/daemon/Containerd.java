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
import java.util.UUID;
import java.util.function.Consumer;

/**
 * A real containerd, separate from the machine's own: its root, state, socket and configuration are
 * in a temporary directory.
 *
 * <p>It is a process of this machine, with its own {@code /run}, or it runs in a container of
 * Docker, if the system property {@code it.containerd} is {@code docker}. A client's FIFOs must be
 * below {@code java.io.tmpdir}: the daemon would not find them elsewhere.
 *
 * <p>For one thread at a time, except {@link #ctr}. Needs root.
 */
public final class Containerd implements AutoCloseable {
  private static final String WITHOUT_CRI = "disabled_plugins = [\"io.containerd.grpc.v1.cri\"]";

  private final Daemon daemon;
  private final Path directory;
  private final Path root;
  private final Traces traces;
  private final Thread atExit = new Thread(this::close, "containerd-close");
  private boolean closed;

  /** Makes a daemon with a directory for its files and a root. */
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
   * Starts a daemon and waits until it answers.
   *
   * @throws AssertionError if it is not installed, or doesn't start; the message says why
   */
  public static Containerd open() {
    return open("");
  }

  /**
   * Starts a daemon with additional configuration.
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
   * Starts a daemon that also serves Kubernetes' container runtime interface, by its CRI plugin.
   *
   * @param sandboxImage the image of the containers that hold a pod's namespaces
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
   * Starts a daemon of one version and waits until it answers.
   *
   * @param programs the directory of its containerd, shim and ctr; runc is the machine's
   * @param settings what to add to its configuration, in TOML of version 2
   * @param environment what to add to its environment
   * @throws AssertionError if it is missing, or doesn't start; the message says why
   */
  public static Containerd open(Path programs, String settings, Map<String, String> environment) {
    Binaries binaries = Binaries.in(programs + ":" + System.getenv("PATH")).with(environment);
    return open((directory, root) -> new DaemonProcess(binaries, directory), settings);
  }

  /**
   * Starts a daemon whose root is prepared before, for example by a mount, which goes with the
   * daemon.
   */
  public static Containerd openOn(Consumer<Path> root) {
    if (DaemonInDocker.isAskedFor()) {
      return open(DaemonInDocker::new, root, Optional.empty(), "");
    }
    Binaries binaries = Binaries.find();
    return open(
        (directory, own) -> new DaemonProcess(binaries, directory), root, Optional.empty(), "");
  }

  private static Containerd open(Factory factory, String settings) {
    return open(factory, Optional.empty(), settings);
  }

  private static Containerd open(Factory factory, Optional<String> sandboxImage, String settings) {
    return open(factory, root -> {}, sandboxImage, settings);
  }

  private static Containerd open(
      Factory factory, Consumer<Path> preparation, Optional<String> sandboxImage, String settings) {
    Containerd containerd;
    try {
      Path directory = Files.createTempDirectory(Scratch.forSockets(), "ctd");
      Path root = Scratch.forOverlays(directory);
      preparation.accept(root);
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

  /** The path of the socket. */
  public Path socket() {
    return directory.resolve("c.sock");
  }

  /** Where the daemon keeps content, snapshots and metadata: containerd's {@code --root}. */
  public Path root() {
    return root;
  }

  /** The directory of all its files; a test may put its own files there, too. */
  public Path directory() {
    return directory;
  }

  /** The daemon's process ID on this machine. */
  public long pid() {
    return daemon.pid();
  }

  /** What the daemon has written so far. */
  public String log() {
    return daemon.log();
  }

  /**
   * Imports an archive with {@code ctr}, and unpacks it in a snapshotter. ctr 2 by default leaves
   * an import to the daemon's transfer service, which supports only overlayfs; this turns that off.
   */
  public void importAndUnpack(String namespace, String snapshotter, Path archive) {
    List<String> command = new ArrayList<>(List.of("-n", namespace, "images", "import"));
    command.addAll(withoutTransferService("import"));
    command.addAll(List.of("--snapshotter", snapshotter, archive.toString()));
    ctr(command.toArray(String[]::new));
  }

  /**
   * Exports an image with {@code ctr} to an archive. It does this without the transfer service,
   * which ctr 2 takes by default: there {@code ctr} can end before all has reached the file, and
   * then succeeds with an archive that is too short (seen twice with 2.1.9 on a busy machine).
   */
  public void export(Path archive, String image) {
    List<String> command = new ArrayList<>(List.of("images", "export"));
    command.addAll(withoutTransferService("export"));
    command.addAll(List.of(archive.toString(), image));
    ctr(command.toArray(String[]::new));
  }

  private List<String> withoutTransferService(String command) {
    return ctr("images", command, "--help").contains("--local") ? List.of("--local") : List.of();
  }

  /**
   * What a container writes to its standard output and standard error, run by {@code ctr run --rm}
   * with these arguments: the image, the container's ID, and the command. The shim writes both to
   * one file. Where {@code ctr} reads it from a pipe, it can lose that of a container that ends at
   * once (seen with 2.1.9 on a busy machine).
   *
   * @throws AssertionError if {@code ctr} or the container fails
   */
  public String runByCtr(String... arguments) {
    Path output = directory.resolve("output-" + UUID.randomUUID());
    List<String> command = new ArrayList<>(List.of("run", "--rm", "--log-uri", "file://" + output));
    command.addAll(List.of(arguments));
    ctr(command.toArray(String[]::new));
    try {
      String written = Files.readString(view(output));
      Files.delete(view(output));
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The output of the daemon's own {@code ctr}, with these arguments after its {@code --address}.
   * The namespace is {@code default}, unless they begin with {@code -n}.
   *
   * @throws AssertionError if it fails, with its output
   */
  public String ctr(String... arguments) {
    return run(ctrCommand(arguments).toArray(String[]::new));
  }

  /**
   * The leases that operations hold, as {@code ctr} lists them: without those that keep the content
   * of failed pulls for a day.
   *
   * @param namespace the arguments before the command: {@code -n} and its name, or none
   */
  public List<String> heldLeases(String... namespace) {
    List<String> list = new ArrayList<>(List.of(namespace));
    list.addAll(List.of("leases", "ls", "-q"));
    return ctr(list.toArray(String[]::new))
        .lines()
        .filter(lease -> !lease.startsWith("resume-"))
        .toList();
  }

  /**
   * Collects the garbage of a namespace, by the daemon's own tool, and waits for the end of that.
   */
  public void collectGarbage(String namespace) {
    String lease = "collect-" + UUID.randomUUID();
    ctr("-n", namespace, "leases", "create", "--id", lease);
    ctr("-n", namespace, "leases", "rm", "--sync", lease);
  }

  /** The command line of such a call, for callers that run it in some other way. */
  public List<String> ctrCommand(String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(daemon.ctr(), "--address", socket().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * The output of another program that runs in the daemon's environment: with its mounts, its
   * {@code /run}, and its processes.
   *
   * @throws AssertionError if it fails, with its output
   */
  public String run(String... command) {
    List<String> entered = new ArrayList<>();
    entered.addAll(List.of("nsenter", "--target", Long.toString(pid()), "--mount", "--pid"));
    entered.addAll(List.of(command));
    return Command.run(entered);
  }

  /**
   * A path on this machine that leads to a path as the daemon, {@link #ctr} and {@link #run} see
   * it, including their mounts.
   */
  public Path view(Path path) {
    return Path.of("/proc", Long.toString(pid()), "root")
        .resolve(Path.of("/").relativize(path.toAbsolutePath()));
  }

  /** Whether it runs. */
  public boolean isRunning() {
    return daemon.isRunning();
  }

  /** Starts the stopped or killed daemon again, with the same root, state and socket. */
  public void start() {
    if (daemon.isRunning()) {
      throw new IllegalStateException("containerd is running");
    }
    daemon.start(config());
    traces.add(daemon.pid());
  }

  /** Ends the daemon as a service manager does, by SIGTERM. Containers keep running. */
  public void stop() {
    daemon.end(false);
  }

  /** Ends the daemon by SIGKILL. Containers keep running. */
  public void kill() {
    daemon.end(true);
  }

  /**
   * Ends the daemon, its shims and containers, and removes everything that they left.
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
        // The JVM is already ending. The hook will have nothing to do.
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

  /** Sets every path that would otherwise be the machine's default. */
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

  /** The CRI plugin creates the directory of its network configurations. */
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
