package io.github.ecrcontainerd.containerd.internal.rootfs;

import java.io.IOException;
import java.util.Optional;

/** What is at a path of a root file system. */
sealed interface Node {

  /** A directory. */
  non-sealed interface Directory extends Node {
    /**
     * What it has under a name, symlinks not followed.
     *
     * @param name one component of a path, neither {@code .} nor {@code ..}
     */
    Optional<Node> child(String name) throws IOException;
  }

  /** A file with content. */
  non-sealed interface File extends Node {
    /**
     * All of its bytes.
     *
     * @param maxBytes how many at most; of a larger file one more
     */
    byte[] read(int maxBytes) throws IOException, InterruptedException;
  }

  /**
   * A symbolic link.
   *
   * @param target what it says
   */
  record Symlink(String target) implements Node {}

  /** A device, FIFO or socket. */
  record Special() implements Node {}
}
