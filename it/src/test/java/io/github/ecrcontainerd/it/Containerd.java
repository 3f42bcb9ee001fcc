package io.github.ecrcontainerd.it;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A real containerd, away from the machine's own: its root, state, socket and configuration are in
 * a temporary directory.
 *
 * <p>It runs in a mount namespace in which {@code /run} is a directory of its own. That is the only
 * way to keep a shim's socket ({@code /run/containerd/s}), runc's state ({@code
 * /run/containerd/runc}) and ctr's FIFOs ({@code /run/containerd/fifo}) off the machine: those
 * paths are constants of containerd. What the daemon and its shims mount disappears with the
 * namespace. A client's FIFOs therefore must not be below {@code /run}; the daemon would not find
 * them.
 *
 * <p>For one thread at a time, but for {@link #ctr}. Needs root.
 */
public final class Containerd implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Binaries binaries;
  private final Path directory;
  private final Path root;
  private final Traces traces;
  private final Thread atExit = new Thread(this::close, "containerd-close");
  private @Nullable Process process;
  private boolean closed;

  private Containerd(Binaries binaries, Path directory, Path root) {
    this.binaries = binaries;
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
    return open(Binaries.find(), "");
  }

  /**
   * A daemon of one version that answers.
   *
   * @param programs the directory of its containerd, shim and ctr; runc is the machine's
   * @param settings what to add to its configuration, in TOML of version 2
   * @throws AssertionError if it isn't there, or doesn't start; the message says why
   */
  public static Containerd open(Path programs, String settings) {
    return open(Binaries.in(programs + ":" + System.getenv("PATH")), settings);
  }

  private static Containerd open(Binaries binaries, String settings) {
    Containerd containerd;
    try {
      Path directory = Files.createTempDirectory(Scratch.forSockets(), "ctd");
      containerd = new Containerd(binaries, directory, Scratch.forOverlays(directory));
      containerd.configure(settings);
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

  /** The daemon's process. */
  public long pid() {
    return running().pid();
  }

  /** What the daemon has written so far. */
  public String log() {
    try {
      return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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

  /** The command line of such a call, for who runs it some other way. */
  public List<String> ctrCommand(String... arguments) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of(binaries.ctr(), "--address", socket().toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /**
   * What another program prints, run where the daemon runs: with its mounts, and its {@code /run}.
   *
   * @throws AssertionError if it fails, with what it said
   */
  public String run(String... command) {
    List<String> entered = new ArrayList<>();
    entered.addAll(List.of("nsenter", "--target", Long.toString(pid()), "--mount"));
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

  /** Starts the daemon that was stopped or killed, on the same root, state and socket. */
  public void start() {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("containerd is running");
    }
    ProcessBuilder builder =
        new ProcessBuilder(
            "unshare",
            "--mount",
            "--propagation",
            "slave",
            "sh",
            "-c",
            "mount --bind \"$1\" /run && exec \"$2\" --config \"$3\"",
            "sh",
            directory.resolve("run").toString(),
            binaries.containerd(),
            config().toString());
    builder.redirectErrorStream(true);
    builder.environment().putAll(binaries.environment());
    // What a test's environment says is for the client, not for the daemon.
    builder.environment().keySet().removeAll(List.of("CONTAINERD_ADDRESS", "CONTAINERD_NAMESPACE"));
    Process started;
    try {
      started = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't run unshare: run bin/setup", e);
    }
    process = started;
    await(started);
    traces.add(started.pid());
  }

  /** Waits until the daemon serves, which its log says. */
  private void await(Process started) {
    CompletableFuture<Boolean> booted = new CompletableFuture<>();
    Thread.startVirtualThread(() -> copyLog(started, booted));
    boolean serves;
    try {
      serves = booted.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      serves = false;
    } catch (ExecutionException e) {
      throw new AssertionError("containerd's log can't be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while containerd started", e);
    }
    if (!serves) {
      throw new AssertionError("containerd did not start. It says:\n" + log());
    }
  }

  private void copyLog(Process started, CompletableFuture<Boolean> booted) {
    try (BufferedReader lines = started.inputReader();
        Writer log = Files.newBufferedWriter(logFile())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        log.write(line + "\n");
        log.flush();
        if (line.contains("containerd successfully booted")) {
          booted.complete(true);
        }
      }
      booted.complete(false);
    } catch (IOException e) {
      booted.completeExceptionally(e);
    }
  }

  /** Ends the daemon as a service manager does, by SIGTERM. Containers go on. */
  public void stop() {
    end(running(), false);
  }

  /** Ends the daemon by SIGKILL. Containers go on. */
  public void kill() {
    end(running(), true);
  }

  private static void end(Process daemon, boolean forcibly) {
    try {
      if (!forcibly) {
        daemon.destroy();
        if (daemon.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
          return;
        }
      }
      daemon.destroyForcibly();
      if (!daemon.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("containerd, process " + daemon.pid() + ", can't be killed");
      }
    } catch (InterruptedException e) {
      daemon.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while containerd ended", e);
    }
  }

  private Process running() {
    if (process == null || !process.isAlive()) {
      throw new AssertionError("containerd is not running. It said:\n" + log());
    }
    return process;
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
    if (process != null && process.isAlive()) {
      end(process, false);
    }
    List<String> left = traces.remove();
    if (!left.isEmpty()) {
      throw new AssertionError("containerd left behind:\n" + String.join("\n", left));
    }
  }

  private Path config() {
    return directory.resolve("config.toml");
  }

  private Path logFile() {
    return directory.resolve("log");
  }

  /** Every path that has a default on the machine is named; the CRI plugin is no client of ours. */
  private void configure(String settings) throws IOException {
    Files.createDirectory(directory.resolve("run"));
    Files.writeString(
        config(),
        """
        version = 2
        root = "%s"
        state = "%s"
        disabled_plugins = ["io.containerd.grpc.v1.cri"]
        [grpc]
        address = "%s"
        [plugins."io.containerd.internal.v1.opt"]
        path = "%s"
        """
                .formatted(root, directory.resolve("state"), socket(), directory.resolve("opt"))
            + settings);
  }
}
