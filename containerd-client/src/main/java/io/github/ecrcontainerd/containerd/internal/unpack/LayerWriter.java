package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.ffm.FileStatus;
import io.github.ecrcontainerd.containerd.internal.ffm.NewFile;
import java.io.IOException;
import java.nio.file.NotDirectoryException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a layer's archive below a directory, as containerd's applier does ({@code
 * pkg/archive/tar.go}): an entry goes through the links of this layer that are on its way, takes
 * the place of what this layer has there already, and gets owner, attributes, mode and times in
 * this order; the times of directories come last. A whiteout becomes overlayfs's mark.
 *
 * <p>Nothing outside the directory is reached: the kernel resolves each path below it. Where the
 * outcome isn't certain, an {@link UnknownArchiveException} says so, or the kernel, by another
 * {@link IOException}. For one thread at a time.
 */
final class LayerWriter implements AutoCloseable {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  /** The attribute of a directory that hides what is below it, and its value (overlayfs). */
  private static final String OPAQUE_MARK = "trusted.overlay.opaque";

  private static final byte[] YES = {'y'};

  /** No archive may set these. */
  private static final String TRUSTED = "trusted.";

  /** Of {@code st_mode} (inode(7)). */
  private static final int FIFO = 0010000;

  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int SET_GROUP = 0002000;
  private static final int DIRECTORY_MODE = 0755;

  private static final int MAX_LINKS = 255;

  /** Of what is remembered until the end: the names of directories, and of what the root has. */
  private static final int LONGEST_NAMES = 16 << 20;

  private static final int BUFFER_SIZE = 128 << 10;

  /** Whose entry has come. */
  private record Directory(String path, Instant access, Instant modification) {}

  /** A directory that was made for what is in it; and whether an entry of its own came later. */
  private record Implied(String path, boolean hasEntry) {
    Implied withEntry() {
      return new Implied(path, true);
    }
  }

  private final DirectoryHandle root;
  private final boolean overOthers;
  private final List<Directory> directories = new ArrayList<>();

  /** By inode, because a path through links names them too. */
  private final Map<Long, Implied> implied = new LinkedHashMap<>();

  private final Set<String> parentsOfImplied = new HashSet<>();
  private final Set<String> namesInRoot = new LinkedHashSet<>();
  private boolean rootIsOpaque;
  private int names;
  private final byte[] buffer = new byte[BUFFER_SIZE];

  /** The parent of the last entry. */
  private String parentPath = "";

  private @Nullable DirectoryHandle parent;

  /** Something was removed since: perhaps a link that its path goes through. */
  private boolean staleParent;

  /**
   * A writer into an empty directory, which is its caller's to close.
   *
   * @param overOthers whether there are layers below, which whiteouts are about
   */
  LayerWriter(DirectoryHandle root, boolean overOthers) {
    this.root = root;
    this.overOthers = overOthers;
  }

  /** Writes all entries. */
  void write(TarReader archive) throws IOException {
    for (TarEntry entry = archive.next(); entry != null; entry = archive.next()) {
      write(entry, archive);
    }
    for (Directory directory : directories) {
      try (DirectoryHandle opened =
          root.below(directory.path)
              .orElseThrow(() -> new UnknownArchiveException("a directory that goes again"))) {
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
    DirectoryHandle in = parent(above);
    if (name.startsWith(WHITEOUT)) {
      whiteOut(entry, in, above, name.substring(WHITEOUT.length()));
      return;
    }
    if (isFree(entry, in, name)) {
      make(entry, in, name, archive);
      remember(above, name);
    }
    attribute(entry, in, name);
    if (entry.type() == TarEntry.Type.DIRECTORY) {
      count(path);
      directories.add(new Directory(path, access(entry), entry.modification()));
    }
  }

  /** Lexically, as Go's {@code filepath.Clean} has it below a root; {@code ""} for the root. */
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

  /** The directory of a path, which is made where it is missing. */
  private DirectoryHandle parent(String path) throws IOException {
    if (path.isEmpty()) {
      return root;
    }
    if (parent == null || staleParent || !path.equals(parentPath)) {
      forgetParent();
      Optional<DirectoryHandle> there = root.below(path);
      parent = there.isPresent() ? there.get() : makeParents(path);
      parentPath = path;
    }
    return parent;
  }

  private void forgetParent() {
    staleParent = false;
    if (parent != null) {
      parent.close();
      parent = null;
    }
  }

  private DirectoryHandle makeParents(String path) throws IOException {
    Deque<String> left = new ArrayDeque<>(Arrays.asList(path.split("/", -1)));
    Deque<String> walked = new ArrayDeque<>();
    int links = 0;
    while (!left.isEmpty()) {
      String name = left.removeFirst();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        walked.pollLast();
        continue;
      }
      try (DirectoryHandle here = at(walked)) {
        Optional<FileStatus> there = here.status(name);
        if (there.isEmpty()) {
          makeParent(here, walked, name, left);
        } else if (there.get().isLink()) {
          links++;
          String target = here.linkTarget(name);
          if (target.startsWith("/")) {
            walked.clear();
          }
          Arrays.asList(target.split("/", -1)).reversed().forEach(left::addFirst);
          if (links > MAX_LINKS) {
            throw new UnknownArchiveException("a path of too many links");
          }
          continue;
        }
        walked.addLast(name);
      }
    }
    return at(walked);
  }

  private DirectoryHandle at(Deque<String> path) throws IOException {
    String joined = path.isEmpty() ? "." : String.join("/", path);
    return root.below(joined).orElseThrow(() -> new UnknownArchiveException("a path that goes"));
  }

  private void makeParent(
      DirectoryHandle here, Deque<String> walked, String name, Deque<String> left)
      throws IOException {
    if (left.contains("..")) {
      throw new UnknownArchiveException("a way back through what isn't there");
    }
    here.makeDirectory(name);
    here.setMode(name, DIRECTORY_MODE);
    String above = String.join("/", walked);
    String path = above.isEmpty() ? name : above + "/" + name;
    count(path);
    implied.put(here.status(name).orElseThrow().inode(), new Implied(path, false));
    parentsOfImplied.add(above);
    remember(above, name);
  }

  private void hideBelow(String path) throws IOException {
    if (!overOthers) {
      throw new UnknownArchiveException("a whiteout in the lowest layer");
    }
    if (path.isEmpty()) {
      rootIsOpaque = true;
      return;
    }
    try (DirectoryHandle hiding =
        root.below(path)
            .orElseThrow(() -> new UnknownArchiveException("a whiteout of no directory"))) {
      hiding.setAttribute(".", OPAQUE_MARK, YES, true);
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
      remember(above, name);
    } else if (in.status(name).isPresent()) {
      throw new UnknownArchiveException("a whiteout in the lowest layer");
    }
  }

  /** Whether something has to be made: a directory that is there stays. */
  private boolean isFree(TarEntry entry, DirectoryHandle in, String name) throws IOException {
    Optional<FileStatus> there = in.status(name);
    if (there.isEmpty()) {
      return true;
    }
    if (!there.get().isDirectory()) {
      in.removeFile(name);
      staleParent = true;
    } else if (entry.type() == TarEntry.Type.DIRECTORY) {
      implied.computeIfPresent(there.get().inode(), (inode, directory) -> directory.withEntry());
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
      if (!attribute.getKey().startsWith(TRUSTED)) {
        in.setAttribute(name, attribute.getKey(), attribute.getValue(), true);
      }
    }
    if (entry.type() != TarEntry.Type.LINK) {
      // After the owner, whose change takes some of these bits away.
      in.setMode(name, entry.mode());
    }
    in.setTimes(name, access(entry), entry.modification());
  }

  /** Never before the last change. */
  private static Instant access(TarEntry entry) {
    return entry.access().filter(entry.modification()::isBefore).orElse(entry.modification());
  }

  private void remember(String above, String name) throws UnknownArchiveException {
    if (above.isEmpty() && namesInRoot.add(name)) {
      count(name);
    }
  }

  private void count(String name) throws UnknownArchiveException {
    names += name.length() + Long.BYTES;
    if (names > LONGEST_NAMES) {
      throw new UnknownArchiveException("too many directories");
    }
  }

  /**
   * Moves what was written into the upper directory of a snapshot over the layers below.
   * Directories without an entry of their own get what they have there, as the daemon's applier
   * copies it.
   *
   * @param lower those of the layers below, the uppermost first
   */
  void moveTo(DirectoryHandle upper, List<DirectoryHandle> lower) throws IOException {
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
      upper.setAttribute(".", OPAQUE_MARK, YES, true);
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

  @Override
  public void close() {
    forgetParent();
  }
}
