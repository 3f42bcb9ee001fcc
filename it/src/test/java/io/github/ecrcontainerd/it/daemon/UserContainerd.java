package io.github.ecrcontainerd.it.daemon;

import io.github.ecrcontainerd.it.support.OtherUser;
import io.github.ecrcontainerd.it.support.Scratch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A containerd that runs as a user without any capability, with its socket at one of the paths of a
 * rootless one, and an {@code XDG_RUNTIME_DIR} for it. It can store content and images; mounts
 * would need a user namespace. It has its own {@code /run}, as RootlessKit makes it, because
 * containerd writes there whatever its configuration says.
 */
public final class UserContainerd implements AutoCloseable {
  public static final int UID = OtherUser.NOBODY;

  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** The place of its socket. */
  enum Place {
    /** {@code containerd/containerd.sock} in the {@code XDG_RUNTIME_DIR}. */
    RUNTIME_DIRECTORY,
    /**
     * The usual path in its own mount namespace, whose process is named in the same file as with
     * RootlessKit.
     */
    MOUNT_NAMESPACE
  }

  private final Path directory;
  private final Process process;
  private final Path socket;

  private UserContainerd(Path directory, Process process, Path socket) {
    this.directory = directory;
    this.process = process;
    this.socket = socket;
  }

  /** Starts a daemon of the same version as in the other tests. */
  static UserContainerd open(Place place) throws IOException {
    Path directory = Files.createTempDirectory(Scratch.forSockets(), "usr");
    DaemonLog log = new DaemonLog(directory.resolve("log"));
    Path config = directory.resolve("config.toml");
    Files.writeString(
        config,
        """
        version = 2
        root = "%s"
        state = "%s"
        disabled_plugins = ["io.containerd.grpc.v1.cri"]
        [grpc]
        address = "%s"
        uid = %d
        gid = %d
        [plugins."io.containerd.internal.v1.opt"]
        path = "%s"
        """
            .formatted(
                directory.resolve("root"),
                directory.resolve("state"),
                switch (place) {
                  case RUNTIME_DIRECTORY -> directory.resolve("containerd/containerd.sock");
                  case MOUNT_NAMESPACE -> Path.of("/run/containerd/containerd.sock");
                },
                UID,
                UID,
                directory.resolve("opt")));
    Path run = Files.createDirectory(directory.resolve("run"));
    // A path that the user can start it from: the program may be below another user's home.
    Files.createFile(run.resolve("containerd.program"));
    Path containerd = Files.createDirectory(directory.resolve("containerd"));
    for (Path own : List.of(directory, run, containerd)) {
      Files.setAttribute(own, "unix:uid", UID);
      Files.setAttribute(own, "unix:gid", UID);
    }
    Binaries binaries = Binaries.find();
    Process process =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--propagation",
                "slave",
                "sh",
                "-c",
                "mount --bind \"$3\" \"$1/containerd.program\" &&"
                    + " mount --rbind \"$1\" /run &&"
                    + " exec setpriv --reuid=\"$2\" --regid=\"$2\" --clear-groups"
                    + " /run/containerd.program --config \"$4\"",
                "sh",
                run.toString(),
                Integer.toString(UID),
                binaries.containerd(),
                config.toString())
            .redirectErrorStream(true)
            .start();
    UserContainerd daemon =
        new UserContainerd(
            directory,
            process,
            switch (place) {
              case RUNTIME_DIRECTORY -> directory.resolve("containerd/containerd.sock");
              case MOUNT_NAMESPACE -> run.resolve("containerd/containerd.sock");
            });
    if (place == Place.MOUNT_NAMESPACE) {
      Path kit = Files.createDirectory(directory.resolve("containerd-rootless"));
      Files.writeString(kit.resolve("child_pid"), Long.toString(process.pid()));
    }
    try {
      log.awaitServing(process);
      return daemon;
    } catch (AssertionError e) {
      daemon.close();
      throw e;
    }
  }

  Path runtimeDirectory() {
    return directory;
  }

  Path socket() {
    return socket;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("Interrupted while containerd ended", e);
    }
  }
}
