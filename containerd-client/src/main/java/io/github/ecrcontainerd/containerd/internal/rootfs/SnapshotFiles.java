package io.github.ecrcontainerd.containerd.internal.rootfs;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.ffm.ExtendedAttributes;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The root file system of a snapshot, read in the directories that its mounts name: one that is
 * bound, or those that overlayfs merges.
 *
 * <p>The daemon names them as it sees them, so they are looked for below the root of its process.
 * For one thread at a time.
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
   * Opens those of a snapshot.
   *
   * @param daemon the daemon's process
   * @throws IOException if they can't be seen from here, or not all that overlayfs would see
   */
  public static SnapshotFiles open(long daemon, List<Mount> mounts) throws IOException {
    if (mounts.size() != 1 || !mounts.getFirst().target().isEmpty()) {
      throw new IOException("the snapshot has several mounts");
    }
    Mount mount = mounts.getFirst();
    List<String> directories =
        switch (mount.type()) {
          case "bind" -> List.of(mount.source());
          case "overlay" -> layers(mount.options());
          default -> throw new IOException("the snapshot is mounted as %s".formatted(mount.type()));
        };
    boolean byUser = mount.options().contains("userxattr");
    if (directories.size() > 1 && !byUser && !ExtendedAttributes.showsTrusted()) {
      throw new IOException("overlayfs's attributes show to root alone");
    }
    Path daemonsRoot = Path.of("/proc", Long.toString(daemon), "root");
    List<DirectoryHandle> handles = new ArrayList<>();
    try {
      for (String directory : directories) {
        handles.add(DirectoryHandle.open(daemonsRoot, directory));
      }
    } catch (IOException e) {
      handles.forEach(DirectoryHandle::close);
      throw e;
    }
    return new SnapshotFiles(handles, byUser ? "user.overlay." : "trusted.overlay.");
  }

  /** The layers of an overlay, the uppermost first: containerd escapes nothing in their names. */
  private static List<String> layers(List<String> options) {
    return Stream.concat(values(options, "upperdir="), values(options, "lowerdir="))
        .flatMap(value -> Arrays.stream(value.split(":")))
        .toList();
  }

  private static Stream<String> values(List<String> options, String name) {
    return options.stream()
        .filter(option -> option.startsWith(name))
        .map(option -> option.substring(name.length()));
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
