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
 * The directories of a snapshot's mounts: a bind-mounted one, or those that overlayfs merges.
 *
 * @param all the directories, the uppermost first
 * @param ofOverlay whether overlayfs merges them; writes go to the first one
 * @param options the options of the mount
 */
public record SnapshotDirectories(List<String> all, boolean ofOverlay, List<String> options) {
  private static final String UPPER = "upperdir=";

  /**
   * Returns the directories of some mounts.
   *
   * @throws IOException if the mounts are of another type
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

  /** Returns the layers of an overlay. containerd escapes nothing in their names. */
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

  /** Whether overlayfs stores its marks in attributes of the class {@code user}. */
  boolean isByUser() {
    return options.contains("userxattr");
  }

  /** Whether files that are written into the first directory appear unchanged in the snapshot. */
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
   * Opens the directories, in this order, as the daemon sees them: below the root of its process.
   *
   * @throws IOException if this process can't see one of them
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
