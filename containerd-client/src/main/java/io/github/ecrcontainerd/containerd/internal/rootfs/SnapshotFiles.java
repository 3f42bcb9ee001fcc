package io.github.ecrcontainerd.containerd.internal.rootfs;

import io.github.ecrcontainerd.containerd.internal.ffm.Capabilities;
import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The root file system of a snapshot, read from its directories ({@link SnapshotDirectories}). For
 * one thread at a time.
 */
public final class SnapshotFiles implements RootFileSystem {
  private final List<DirectoryHandle> handles;
  private final MergedDirectory root;

  private SnapshotFiles(List<DirectoryHandle> handles, String attributes) {
    this.handles = handles;
    this.root =
        new MergedDirectory(handles.stream().map(DirectoryHandle::path).toList(), attributes);
  }

  /**
   * Opens the files of a snapshot.
   *
   * @param daemon the daemon's process ID
   * @throws IOException if this process can't see them, or not all attributes that overlayfs uses
   */
  public static SnapshotFiles open(long daemon, List<Mount> mounts) throws IOException {
    SnapshotDirectories directories = SnapshotDirectories.of(mounts);
    if (directories.all().size() > 1
        && !directories.isByUser()
        && !Capabilities.showTrustedAttributes()) {
      throw new IOException("only root can read overlayfs's attributes");
    }
    return new SnapshotFiles(
        directories.open(daemon), directories.isByUser() ? "user.overlay." : "trusted.overlay.");
  }

  @Override
  public Optional<byte[]> read(String path, int maxBytes) throws IOException, InterruptedException {
    return PathWalk.read(root, path, maxBytes);
  }

  @Override
  public void close() {
    handles.forEach(DirectoryHandle::close);
  }
}
