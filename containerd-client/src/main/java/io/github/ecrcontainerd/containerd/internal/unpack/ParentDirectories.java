package io.github.ecrcontainerd.containerd.internal.unpack;

import io.github.ecrcontainerd.containerd.internal.ffm.DirectoryHandle;
import io.github.ecrcontainerd.containerd.internal.ffm.FileStatus;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The parent directories of a layer's entries. A path follows the links of this layer below its
 * root; missing directories are created. For one thread at a time.
 */
final class ParentDirectories implements AutoCloseable {
  private static final int MODE = 0755;
  private static final int MAX_LINKS = 255;

  private final DirectoryHandle root;
  private final LayerMove move;

  /** The path of the last parent. */
  private String parentPath = "";

  private @Nullable DirectoryHandle parent;

  /** Whether a file was removed since, which may be a link in the path. */
  private boolean staleParent;

  /**
   * @param root the layer's directory, which the caller closes
   * @param move records the created directories
   */
  ParentDirectories(DirectoryHandle root, LayerMove move) {
    this.root = root;
    this.move = move;
  }

  /** Returns the directory of a path, and creates it if it is missing. */
  DirectoryHandle of(String path) throws IOException {
    if (path.isEmpty()) {
      return root;
    }
    if (parent == null || staleParent || !path.equals(parentPath)) {
      forget();
      Optional<DirectoryHandle> there = root.below(path);
      parent = there.isPresent() ? there.get() : makeParents(path);
      parentPath = path;
    }
    return parent;
  }

  private void forget() {
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
      throw new UnknownArchiveException("a path with .. through a missing directory");
    }
    here.makeDirectory(name);
    here.setMode(name, MODE);
    move.implied(String.join("/", walked), name, here.status(name).orElseThrow().inode());
  }

  /** Records that a file was removed, which may be a link in a path. */
  void removed() {
    staleParent = true;
  }

  @Override
  public void close() {
    forget();
  }
}
