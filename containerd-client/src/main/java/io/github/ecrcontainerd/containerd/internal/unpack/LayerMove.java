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
 * Moves a layer that was written without the layers below it on top of them: moves the names in its
 * root, and copies the metadata of directories without their own entry from the layers below. For
 * one thread at a time.
 */
final class LayerMove {
  /** The prefix of attributes that no archive may set. */
  static final String TRUSTED = "trusted.";

  /** The attribute of a directory that hides the layers below it, and its value (overlayfs). */
  private static final String OPAQUE_MARK = "trusted.overlay.opaque";

  private static final byte[] YES = {'y'};

  /** A bit of {@code st_mode} (inode(7)). */
  private static final int SET_GROUP = 0002000;

  /** A directory that was created as a parent, and whether its own entry came later. */
  private record Implied(String path, boolean hasEntry) {
    Implied withEntry() {
      return new Implied(path, true);
    }
  }

  private final DirectoryHandle root;
  private final RememberedNames names;

  /** Keyed by inode, because several paths through links can name a directory. */
  private final Map<Long, Implied> implied = new LinkedHashMap<>();

  private final Set<String> parentsOfImplied = new HashSet<>();
  private final Set<String> namesInRoot = new LinkedHashSet<>();
  private boolean rootIsOpaque;

  /**
   * Creates the move of an empty layer.
   *
   * @param root the layer's directory, which the caller closes
   */
  LayerMove(DirectoryHandle root, RememberedNames names) {
    this.root = root;
    this.names = names;
  }

  /** Marks a directory as opaque, so that it hides the layers below. */
  static void hideBelow(DirectoryHandle directory) throws IOException {
    directory.setAttribute(".", OPAQUE_MARK, YES, true);
  }

  /** Records a created file. */
  void made(String above, String name) throws UnknownArchiveException {
    if (above.isEmpty() && namesInRoot.add(name)) {
      names.add(name);
    }
  }

  /** Records a directory that was created as a parent. */
  void implied(String above, String name, long inode) throws UnknownArchiveException {
    String path = above.isEmpty() ? name : above + "/" + name;
    names.add(path);
    implied.put(inode, new Implied(path, false));
    parentsOfImplied.add(above);
    made(above, name);
  }

  /** Records that an existing directory has its own entry. */
  void hasEntry(long inode) {
    implied.computeIfPresent(inode, (same, directory) -> directory.withEntry());
  }

  /** Records that the layer's root hides all layers below. */
  void hideBelowRoot() {
    rootIsOpaque = true;
  }

  /**
   * Moves the layer into the upper directory of a snapshot. Directories without their own entry get
   * their metadata from the layers below, as the daemon's applier copies it.
   *
   * @param lower the directories of the layers below, the uppermost first
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

  /** Fails, as the daemon's applier does, if a parent is not a directory. */
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
      throw new UnknownArchiveException(
          "directories that would inherit the group of a directory in a lower layer");
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
