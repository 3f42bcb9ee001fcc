package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Whether this process and the daemon mean the same directory. Who is at the other end of a socket
 * need not be the daemon: a forwarded one ends at {@code ssh} or {@code socat}, and what that
 * process sees at the daemon's paths are the snapshots of another daemon, or of this machine's own.
 */
final class SharedDirectory {
  private SharedDirectory() {}

  /**
   * Lets the daemon count a file that is made there for that time.
   *
   * @param key of a snapshot that was just prepared, without a parent
   * @throws IOException if the daemon doesn't see what is made in the directory
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

  /** Another's directory would not be, most of the time, and then nothing is made in it. */
  private static void requireEmpty(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      if (files.findAny().isPresent()) {
        throw new IOException(
            "the new snapshot has files: it is another one's, and the socket may be forwarded");
      }
    }
  }
}
