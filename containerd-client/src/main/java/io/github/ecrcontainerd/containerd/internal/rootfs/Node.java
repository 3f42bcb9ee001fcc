package io.github.ecrcontainerd.containerd.internal.rootfs;

import java.io.IOException;
import java.util.Optional;

/** A file of any type in a root file system. */
sealed interface Node {

  /** A directory. */
  non-sealed interface Directory extends Node {
    /**
     * Returns the child of a name, without following symlinks.
     *
     * @param name one component of a path, neither {@code .} nor {@code ..}
     */
    Optional<Node> child(String name) throws IOException;
  }

  /** A file with content. */
  non-sealed interface File extends Node {
    /**
     * Returns all bytes of the file.
     *
     * @param maxBytes the maximum size; for a larger file, returns one byte more
     */
    byte[] read(int maxBytes) throws IOException, InterruptedException;
  }

  /**
   * A symbolic link.
   *
   * @param target the path in the link
   */
  record Symlink(String target) implements Node {}

  /** A device, FIFO or socket. */
  record Special() implements Node {}
}
