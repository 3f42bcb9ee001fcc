package io.github.ecrcontainerd.containerd.internal.rootfs;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The directories that a snapshot's mounts name: one that is bound, or those that overlayfs merges.
 *
 * @param all the uppermost first
 * @param ofOverlay whether overlayfs merges them; of what is written, the first has it
 * @param options of the mount
 */
public record SnapshotDirectories(List<String> all, boolean ofOverlay, List<String> options) {
  private static final String UPPER = "upperdir=";

  /**
   * Those of some mounts.
   *
   * @throws IOException if they are of another kind
   */
  public static SnapshotDirectories of(List<Mount> mounts) throws IOException {
    if (mounts.size() != 1 || !mounts.getFirst().target().isEmpty()) {
      throw new IOException("the snapshot has several mounts");
    }
    Mount mount = mounts.getFirst();
    return switch (mount.type()) {
      case "bind" -> new SnapshotDirectories(List.of(mount.source()), false, mount.options());
      case "overlay" -> new SnapshotDirectories(layers(mount.options()), true, mount.options());
      default -> throw new IOException("the snapshot is mounted as %s".formatted(mount.type()));
    };
  }

  /** The layers of an overlay: containerd escapes nothing in their names. */
  private static List<String> layers(List<String> options) {
    return Stream.concat(values(options, UPPER), values(options, "lowerdir="))
        .flatMap(value -> Arrays.stream(value.split(":")))
        .toList();
  }

  private static Stream<String> values(List<String> options, String name) {
    return options.stream()
        .filter(option -> option.startsWith(name))
        .map(option -> option.substring(name.length()));
  }

  /** Whether overlayfs keeps its marks in attributes that every user may set. */
  boolean isByUser() {
    return options.contains("userxattr");
  }

  /** Whether what is written into the first directory is in the snapshot, as it is. */
  public boolean isWritable() {
    boolean written =
        ofOverlay
            ? options.stream().anyMatch(option -> option.startsWith(UPPER))
            : options.contains("rw");
    return written
        && !isByUser()
        && options.stream()
            .noneMatch(option -> option.startsWith("uidmap=") || option.startsWith("gidmap="));
  }

  /**
   * Opens them, in this order, as the daemon sees them: below the root of its process.
   *
   * @throws IOException if one can't be seen from here
   */
  public List<DirectoryHandle> open(long daemon) throws IOException {
    Path root = Path.of("/proc", Long.toString(daemon), "root");
    List<DirectoryHandle> handles = new ArrayList<>();
    try {
      for (String directory : all) {
        handles.add(DirectoryHandle.open(root, directory));
      }
    } catch (IOException e) {
      handles.forEach(DirectoryHandle::close);
      throw e;
    }
    return handles;
  }
}
