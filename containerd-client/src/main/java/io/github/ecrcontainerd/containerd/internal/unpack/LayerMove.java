package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.ffm.FileStatus;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a layer has that was written where no others are below it, and how that comes to lie over
 * them: the names in its root are moved, and directories without an entry of their own get what
 * they have below. For one thread at a time.
 */
final class LayerMove {
  /** Attributes that no archive may set. */
  static final String TRUSTED = "trusted.";

  /** The attribute of a directory that hides what is below it, and its value (overlayfs). */
  private static final String OPAQUE_MARK = "trusted.overlay.opaque";

  private static final byte[] YES = {'y'};

  /** Of {@code st_mode} (inode(7)). */
  private static final int SET_GROUP = 0002000;

  /** A directory that was made for what is in it; and whether an entry of its own came later. */
  private record Implied(String path, boolean hasEntry) {
    Implied withEntry() {
      return new Implied(path, true);
    }
  }

  private final DirectoryHandle root;
  private final RememberedNames names;

  /** By inode, because a path through links names them too. */
  private final Map<Long, Implied> implied = new LinkedHashMap<>();

  private final Set<String> parentsOfImplied = new HashSet<>();
  private final Set<String> namesInRoot = new LinkedHashSet<>();
  private boolean rootIsOpaque;

  /**
   * Of a layer of which nothing has been written.
   *
   * @param root its caller's to close
   */
  LayerMove(DirectoryHandle root, RememberedNames names) {
    this.root = root;
    this.names = names;
  }

  /** Marks a directory as one that hides what is below it. */
  static void hideBelow(DirectoryHandle directory) throws IOException {
    directory.setAttribute(".", OPAQUE_MARK, YES, true);
  }

  /** Something was made. */
  void made(String above, String name) throws UnknownArchiveException {
    if (above.isEmpty() && namesInRoot.add(name)) {
      names.add(name);
    }
  }

  /** A directory was made for what is in it. */
  void implied(String above, String name, long inode) throws UnknownArchiveException {
    String path = above.isEmpty() ? name : above + "/" + name;
    names.add(path);
    implied.put(inode, new Implied(path, false));
    parentsOfImplied.add(above);
    made(above, name);
  }

  /** A directory that is there has an entry of its own. */
  void hasEntry(long inode) {
    implied.computeIfPresent(inode, (same, directory) -> directory.withEntry());
  }

  /** The layer hides all that is below it. */
  void hideBelowRoot() {
    rootIsOpaque = true;
  }

  /**
   * Moves what was written into the upper directory of a snapshot over the layers below.
   * Directories without an entry of their own get what they have there, as the daemon's applier
   * copies it.
   *
   * @param lower those of the layers below, the uppermost first
   */
  void to(DirectoryHandle upper, List<DirectoryHandle> lower) throws IOException {
    for (Implied directory : implied.values()) {
      Optional<DirectoryHandle> written = root.below(directory.path);
      if (written.isPresent()) {
        try (DirectoryHandle to = written.get()) {
          copyFromBelow(lower, to, directory);
        }
      }
    }
    for (String name : namesInRoot) {
      root.move(name, upper);
    }
    if (rootIsOpaque) {
      hideBelow(upper);
    }
  }

  private void copyFromBelow(List<DirectoryHandle> lower, DirectoryHandle to, Implied directory)
      throws IOException {
    for (DirectoryHandle layer : lower) {
      try {
        Optional<DirectoryHandle> below = layer.below(directory.path);
        if (below.isPresent()) {
          try (DirectoryHandle from = below.get()) {
            copy(from, to, directory);
          }
          return;
        }
      } catch (NotDirectoryException e) {
        requireDirectoryAbove(directory.path, layer);
        return;
      }
    }
  }

  /** Where something else is in the place of a directory above, the daemon's applier fails. */
  private static void requireDirectoryAbove(String path, DirectoryHandle layer) throws IOException {
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      layer.below(path.substring(0, slash)).ifPresent(DirectoryHandle::close);
    }
  }

  private void copy(DirectoryHandle from, DirectoryHandle to, Implied directory)
      throws IOException {
    FileStatus status = from.status(".").orElseThrow();
    if ((status.mode() & SET_GROUP) != 0 && parentsOfImplied.contains(directory.path)) {
      throw new UnknownArchiveException("directories that would get the group of one below");
    }
    if (!directory.hasEntry) {
      to.setOwner(".", status.uid(), status.gid());
      to.setMode(".", status.mode() & 07777);
    }
    for (Map.Entry<String, byte[]> attribute : from.attributes(".").entrySet()) {
      if (!attribute.getKey().startsWith(TRUSTED)) {
        to.setAttribute(".", attribute.getKey(), attribute.getValue(), false);
      }
    }
  }
}
