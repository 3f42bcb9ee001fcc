package io.github.ecrcontainerd.containerd.internal.rootfs;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Follows a path through a root file system, as the kernel does for a process whose root it is:
 * component by component, an absolute link begins at that root, and {@code ..} doesn't lead out of
 * it.
 */
final class PathWalk {
  /** As the kernel's (path_resolution(7)). */
  private static final int MAX_LINKS = 40;

  private final Node.Directory root;
  private final Deque<Node.Directory> way = new ArrayDeque<>();
  private final Deque<String> ahead = new ArrayDeque<>();
  private int links;

  private PathWalk(Node.Directory root) {
    this.root = root;
  }

  /**
   * What is at a path.
   *
   * @return empty if there is nothing, or a link leads to nothing
   * @throws IOException if links lead in circles, or the path leads through something that is no
   *     directory
   */
  static Optional<Node> follow(Node.Directory root, String path) throws IOException {
    return new PathWalk(root).follow(path);
  }

  /** What {@link RootFileSystem#read} says, of the file system below a root. */
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

  /** The components of a path. */
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
