package io.github.ecrcontainerd.it.pull;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.Relay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A socket whose process leads to a daemon, and sees other files at the paths of the daemon's
 * snapshots: twenty empty ones.
 */
final class ForwardedSocket implements AutoCloseable {
  private static final int SNAPSHOTS = 20;

  private final Process process;
  private final Path socket;
  private final Path others;

  private ForwardedSocket(Process process, Path socket, Path others) {
    this.process = process;
    this.socket = socket;
    this.others = others;
  }

  static ForwardedSocket open(Containerd daemon) throws IOException {
    Path others = Files.createDirectory(daemon.directory().resolve("others"));
    for (int number = 1; number <= SNAPSHOTS; number++) {
      Files.createDirectories(others.resolve("snapshots/" + number + "/fs"));
    }
    Path hidden = daemon.root().resolve("io.containerd.snapshotter.v1.overlayfs");
    Path socket = daemon.directory().resolve("forwarded.sock");
    Process process =
        new ProcessBuilder(
                "unshare",
                "--mount",
                "--propagation",
                "private",
                "sh",
                "-c",
                "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"",
                "sh",
                others.toString(),
                hidden.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                ForwardedSocket.class.getName(),
                socket.toString(),
                daemon.socket().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    // It says a byte when it listens.
    if (process.getInputStream().read() < 0) {
      throw new AssertionError("The process that forwards has ended");
    }
    return new ForwardedSocket(process, socket, others);
  }

  Path socket() {
    return socket;
  }

  /** All but the directories that were there. */
  List<Path> filesOfOthers() throws IOException {
    try (Stream<Path> all = Files.walk(others)) {
      return all.filter(path -> others.relativize(path).getNameCount() > 3).toList();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }

  /**
   * The process, which ends with the one that started it.
   *
   * @param args where to listen, and where that leads
   */
  public static void main(String[] args) throws IOException {
    try (Relay _ = Relay.open(Path.of(args[0]), Path.of(args[1]))) {
      System.out.write('x');
      System.out.flush();
      var _ = System.in.read();
    }
  }
}
