package io.github.ecrcontainerd.containerd.internal.rootfs;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Resolves a path in a root file system, component by component, as the kernel does for a process
 * with that root: an absolute link starts at the root, and {@code ..} doesn't leave it.
 */
final class PathWalk {
  /** The kernel's limit (path_resolution(7)). */
  private static final int MAX_LINKS = 40;

  private final Node.Directory root;
  private final Deque<Node.Directory> way = new ArrayDeque<>();
  private final Deque<String> ahead = new ArrayDeque<>();
  private int links;

  private PathWalk(Node.Directory root) {
    this.root = root;
  }

  /**
   * Returns the node at a path.
   *
   * @return the node; empty if the path or a link's target doesn't exist
   * @throws IOException if the path has a cycle of links, or a parent that is not a directory
   */
  static Optional<Node> follow(Node.Directory root, String path) throws IOException {
    return new PathWalk(root).follow(path);
  }

  /** Implements {@link RootFileSystem#read} for the file system below a root. */
  static Optional<byte[]> read(Node.Directory root, String path, int maxBytes)
      throws IOException, InterruptedException {
    Optional<Node> found = follow(root, path);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (!(found.get() instanceof Node.File file)) {
      throw new IOException(path + " is no file");
    }
    byte[] content = file.read(maxBytes);
    if (content.length > maxBytes) {
      throw new IOException("%s has more than %d bytes".formatted(path, maxBytes));
    }
    return Optional.of(content);
  }

  /** Returns the components of a path. */
  static List<String> components(String path) {
    return Arrays.stream(path.split("/"))
        .filter(name -> !name.isEmpty() && !name.equals("."))
        .toList();
  }

  private Optional<Node> follow(String path) throws IOException {
    enter(path);
    Node here = root;
    while (!ahead.isEmpty()) {
      String name = ahead.pop();
      if (!(here instanceof Node.Directory directory)) {
        throw new IOException(path + " leads through something that is no directory");
      }
      if (name.equals("..")) {
        here = way.isEmpty() ? root : way.pop();
        continue;
      }
      Optional<Node> child = directory.child(name);
      if (child.isEmpty()) {
        return child;
      }
      if (child.get() instanceof Node.Symlink link) {
        if (++links > MAX_LINKS) {
          throw new IOException(path + " leads through too many symbolic links");
        }
        if (link.target().startsWith("/")) {
          way.clear();
          here = root;
        }
        enter(link.target());
      } else {
        way.push(directory);
        here = child.get();
      }
    }
    return Optional.of(here);
  }

  private void enter(String path) {
    components(path).reversed().forEach(ahead::push);
  }
}
