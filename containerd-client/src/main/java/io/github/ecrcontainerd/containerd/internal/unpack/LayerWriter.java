package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.ffm.FileStatus;
import io.github.ecrcontainerd.containerd.internal.ffm.NewFile;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a layer's archive below a directory, as containerd's applier does ({@code
 * pkg/archive/tar.go}). An entry's path follows the links of this layer. The entry replaces an
 * earlier one of this layer, and gets its owner, attributes, mode and times in this order. The
 * times of directories are set last. A whiteout becomes overlayfs's mark.
 *
 * <p>Nothing outside the directory is reachable, because the kernel resolves each path below it. If
 * the same result as the daemon's isn't certain, it throws an {@link UnknownArchiveException}; if
 * the kernel reports an error, another {@link IOException}. For one thread at a time.
 */
final class LayerWriter implements AutoCloseable {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  /** File types of {@code st_mode} (inode(7)). */
  private static final int FIFO = 0010000;

  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;

  private static final int BUFFER_SIZE = 128 << 10;

  /** A directory whose entry has been written. */
  private record Directory(String path, Instant access, Instant modification) {}

  private final DirectoryHandle root;
  private final boolean overOthers;
  private final List<Directory> directories = new ArrayList<>();

  private final RememberedNames names = new RememberedNames();
  private final LayerMove move;
  private final ParentDirectories parents;
  private final byte[] buffer = new byte[BUFFER_SIZE];

  /**
   * Creates a writer into an empty directory, which the caller closes.
   *
   * @param overOthers whether there are layers below, which whiteouts refer to
   */
  LayerWriter(DirectoryHandle root, boolean overOthers) {
    this.root = root;
    this.overOthers = overOthers;
    this.move = new LayerMove(root, names);
    this.parents = new ParentDirectories(root, move);
  }

  /** Writes all entries. */
  void write(TarReader archive) throws IOException {
    for (TarEntry entry = archive.next(); entry != null; entry = archive.next()) {
      write(entry, archive);
    }
    for (Directory directory : directories) {
      try (DirectoryHandle opened =
          root.below(directory.path)
              .orElseThrow(
                  () -> new UnknownArchiveException("a directory that a later entry removes"))) {
        opened.setTimes(".", directory.access, directory.modification);
      }
    }
  }

  private void write(TarEntry entry, TarReader archive) throws IOException {
    String path = clean(entry.name());
    if (path.isEmpty()) {
      return;
    }
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    String above = path.substring(0, Math.max(slash, 0));
    if (name.equals(OPAQUE)) {
      hideBelow(above);
      return;
    }
    DirectoryHandle in = parents.of(above);
    if (name.startsWith(WHITEOUT)) {
      whiteOut(entry, in, above, name.substring(WHITEOUT.length()));
      return;
    }
    if (isFree(entry, in, name)) {
      make(entry, in, name, archive);
      move.made(above, name);
    }
    attribute(entry, in, name);
    if (entry.type() == TarEntry.Type.DIRECTORY) {
      names.add(path);
      directories.add(new Directory(path, access(entry), entry.modification()));
    }
  }

  /**
   * Normalizes a path lexically, as Go's {@code filepath.Clean} does below a root; {@code ""} for
   * the root.
   */
  private static String clean(String name) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }

  private void hideBelow(String path) throws IOException {
    if (!overOthers) {
      throw new UnknownArchiveException("a whiteout in the lowest layer");
    }
    if (path.isEmpty()) {
      move.hideBelowRoot();
      return;
    }
    try (DirectoryHandle hiding =
        root.below(path)
            .orElseThrow(() -> new UnknownArchiveException("a whiteout of no directory"))) {
      LayerMove.hideBelow(hiding);
    }
  }

  private void whiteOut(TarEntry entry, DirectoryHandle in, String above, String name)
      throws IOException {
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      throw new UnknownArchiveException("a whiteout of no name");
    }
    if (overOthers) {
      in.makeNode(name, CHARACTER_DEVICE, 0, 0);
      in.setOwner(name, entry.uid(), entry.gid());
      move.made(above, name);
    } else if (in.status(name).isPresent()) {
      throw new UnknownArchiveException("a whiteout in the lowest layer");
    }
  }

  /** Makes room for an entry. Returns whether it has to be created; an existing directory stays. */
  private boolean isFree(TarEntry entry, DirectoryHandle in, String name) throws IOException {
    Optional<FileStatus> there = in.status(name);
    if (there.isEmpty()) {
      return true;
    }
    if (!there.get().isDirectory()) {
      in.removeFile(name);
      parents.removed();
    } else if (entry.type() == TarEntry.Type.DIRECTORY) {
      move.hasEntry(there.get().inode());
      return false;
    } else {
      throw new UnknownArchiveException("something else in the place of a directory");
    }
    return true;
  }

  private void make(TarEntry entry, DirectoryHandle in, String name, TarReader archive)
      throws IOException {
    switch (entry.type()) {
      case DIRECTORY -> in.makeDirectory(name);
      case FILE -> {
        try (NewFile file = in.makeFile(name)) {
          for (int count = archive.read(buffer); count > 0; count = archive.read(buffer)) {
            file.write(buffer, count);
          }
        }
      }
      case LINK -> in.makeLink(name, entry.link());
      case HARD_LINK -> makeHardLink(entry.link(), in, name);
      case FIFO -> in.makeNode(name, FIFO, 0, 0);
      case CHARACTER_DEVICE -> in.makeNode(name, CHARACTER_DEVICE, entry.major(), entry.minor());
      case BLOCK_DEVICE -> in.makeNode(name, BLOCK_DEVICE, entry.major(), entry.minor());
    }
  }

  private void makeHardLink(String existing, DirectoryHandle in, String name) throws IOException {
    int slash = existing.lastIndexOf('/');
    String base = existing.substring(slash + 1);
    String path = existing.substring(0, Math.max(slash, 0));
    try (DirectoryHandle other =
        root.below(path.isEmpty() ? "." : path)
            .orElseThrow(() -> new UnknownArchiveException("a link to nothing"))) {
      in.makeHardLink(name, other, base);
    }
  }

  private static void attribute(TarEntry entry, DirectoryHandle in, String name)
      throws IOException {
    in.setOwner(name, entry.uid(), entry.gid());
    for (Map.Entry<String, byte[]> attribute : entry.attributes().entrySet()) {
      if (!attribute.getKey().startsWith(LayerMove.TRUSTED)) {
        in.setAttribute(name, attribute.getKey(), attribute.getValue(), true);
      }
    }
    if (entry.type() != TarEntry.Type.LINK) {
      // After the owner, because changing the owner clears some of these bits.
      in.setMode(name, entry.mode());
    }
    in.setTimes(name, access(entry), entry.modification());
  }

  /** Returns the access time, or the modification time if that is later. */
  private static Instant access(TarEntry entry) {
    return entry.access().filter(entry.modification()::isBefore).orElse(entry.modification());
  }

  /** The written layer, to be moved into its snapshot. */
  LayerMove move() {
    return move;
  }

  @Override
  public void close() {
    parents.close();
  }
}
