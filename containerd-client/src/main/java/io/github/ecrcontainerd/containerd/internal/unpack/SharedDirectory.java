package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Checks that this process and the daemon see the same directory. The peer of the socket need not
 * be the daemon: the peer of a forwarded socket is {@code ssh} or {@code socat}. That process may
 * see the snapshots of another daemon, or of this machine's own, at the daemon's paths.
 */
final class SharedDirectory {
  private SharedDirectory() {}

  /**
   * Creates a temporary file in the directory and checks that the daemon counts it.
   *
   * @param key the key of a snapshot that was just prepared, without a parent
   * @throws IOException if the daemon doesn't see the file
   */
  static void require(Snapshots snapshots, String key, DirectoryHandle directory)
      throws IOException, InterruptedException {
    requireEmpty(directory.path());
    long before = snapshots.usage(key).inodes();
    String name = "seen-" + UUID.randomUUID();
    directory.makeFile(name).close();
    long with;
    try {
      with = snapshots.usage(key).inodes();
    } finally {
      directory.removeFile(name);
    }
    if (with != before + 1) {
      throw new IOException(
          "the daemon doesn't see the files of this machine: its socket may be forwarded");
    }
  }

  /** Another snapshot's directory is usually not empty; in that case no file is created in it. */
  private static void requireEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new IOException(
            "the new snapshot's directory is not empty: it belongs to another snapshot, and the socket may be forwarded");
      }
    }
  }
}
