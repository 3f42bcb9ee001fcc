package io.github.ecrcontainerd.it.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A containerd that is a process of this machine.
 *
 * <p>It runs in a mount namespace with its own {@code /run}. Only this keeps a shim's socket
 * ({@code /run/containerd/s}), runc's state ({@code /run/containerd/runc}) and ctr's FIFOs ({@code
 * /run/containerd/fifo}) off the machine: containerd hard-codes these paths. The mounts of the
 * daemon and its shims disappear with the namespace.
 */
final class DaemonProcess implements Daemon {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Binaries binaries;
  private final Path run;
  private final DaemonLog log;
  private @Nullable Process process;

  /**
   * A daemon that is not started yet.
   *
   * @param directory for its {@code /run} and its log
   */
  DaemonProcess(Binaries binaries, Path directory) throws IOException {
    this.binaries = binaries;
    this.run = Files.createDirectory(directory.resolve("run"));
    this.log = new DaemonLog(directory.resolve("log"));
  }

  @Override
  public String ctr() {
    return binaries.ctr();
  }

  @Override
  public void start(Path configuration) {
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
            run.toString(),
            binaries.containerd(),
            configuration.toString());
    builder.redirectErrorStream(true);
    builder.environment().putAll(binaries.environment());
    // The variables of the tests' environment are for the client, not for the daemon.
    builder.environment().keySet().removeAll(List.of("CONTAINERD_ADDRESS", "CONTAINERD_NAMESPACE"));
    Process started;
    try {
      started = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("Can't run unshare: run bin/setup", e);
    }
    process = started;
    log.awaitServing(started);
  }

  @Override
  public boolean isRunning() {
    return process != null && process.isAlive();
  }

  @Override
  public long pid() {
    return running().pid();
  }

  @Override
  public String log() {
    return log.text();
  }

  @Override
  public void end(boolean forcibly) {
    Process daemon = running();
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

  @Override
  public List<String> remove() {
    if (isRunning()) {
      end(false);
    }
    return List.of();
  }
}
