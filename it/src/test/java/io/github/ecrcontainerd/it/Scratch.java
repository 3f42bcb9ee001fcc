package io.github.ecrcontainerd.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Where a daemon's files can be. */
final class Scratch {
  /** A socket's path has at most 107 bytes (unix(7)); containerd makes longer ones from ours. */
  private static final int LONGEST = 60;

  /** File systems that can't hold an upper directory of an overlay, as in most containers. */
  private static final Set<String> NOT_FOR_OVERLAYS = Set.of("overlay", "aufs", "fuse-overlayfs");

  private Scratch() {}

  /** A directory whose path is short. */
  static Path forSockets() {
    Path usual = Path.of(System.getProperty("java.io.tmpdir"));
    return usual.toString().length() <= LONGEST ? usual : Path.of("/tmp");
  }

  /**
   * The root for a daemon whose files are in this directory: below it, or below the build's target
   * directory where only that can hold overlays.
   */
  static Path forOverlays(Path directory) throws IOException {
    Path target = Path.of("target").toAbsolutePath();
    if (canHoldOverlays(directory) || !Files.isDirectory(target) || !canHoldOverlays(target)) {
      return Files.createDirectory(directory.resolve("root"));
    }
    return Files.createTempDirectory(target, "ctd");
  }

  private static boolean canHoldOverlays(Path directory) throws IOException {
    return !NOT_FOR_OVERLAYS.contains(Files.getFileStore(directory).type());
  }
}
