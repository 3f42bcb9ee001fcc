package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Directories for the files of a daemon. */
public final class Scratch {
  /** A socket's path has at most 107 bytes (unix(7)); containerd appends to ours. */
  private static final int LONGEST = 60;

  private Scratch() {}

  /** A directory whose path is short. */
  public static Path forSockets() {
    Path usual = Path.of(System.getProperty("java.io.tmpdir"));
    return usual.toString().length() <= LONGEST ? usual : Path.of("/tmp");
  }

  /**
   * The root for a daemon whose files are in this directory: below it, or below the directory in
   * {@code IT_OVERLAYS}, which {@code bin/verify} sets if /tmp can't hold overlays, as in a
   * container.
   */
  public static Path forOverlays(Path directory) throws IOException {
    String chosen = System.getenv("IT_OVERLAYS");
    if (chosen == null || chosen.isEmpty()) {
      return Files.createDirectory(directory.resolve("root"));
    }
    return Files.createTempDirectory(Path.of(chosen), "ctd");
  }
}
