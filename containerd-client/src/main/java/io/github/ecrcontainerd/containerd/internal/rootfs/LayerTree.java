package io.github.ecrcontainerd.containerd.internal.rootfs;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * The names of a root file system, created by applying its layers as containerd's applier does (OCI
 * image specification, "Image Layer Filesystem Changeset"). An entry's path follows the links of
 * the layers below, so a layer can be applied only on top of them.
 *
 * <p>It holds no content: a file knows its position in the layer.
 */
final class LayerTree {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  /** The limit of the estimated memory for all files together. */
  private static final long MAX_BYTES = 96L << 20;

  private static final int BYTES_OF_AN_ENTRY = 160;

  private final Tree root = new Tree();
  private long bytes;

  private int layer;

  /** A directory, and the last layer that created or traversed it. */
  private static final class Tree implements Node.Directory {
    private final Map<String, Placed> children = new HashMap<>();
    private int layer;

    @Override
    public Optional<Node> child(String name) {
      return Optional.ofNullable(children.get(name)).map(Placed::node);
    }
  }

  /** A node, and the layer that placed it. */
  private record Placed(Node node, int layer) {}

  Node.Directory root() {
    return root;
  }

  /** Begins the next layer. */
  void beginLayer() {
    layer++;
  }

  /**
   * Applies an entry.
   *
   * @param content the file node to use if the entry is a regular file
   * @throws IOException if it can't be applied
   */
  void apply(TarArchiveEntry entry, Node.File content) throws IOException {
    List<String> path = lexical(entry.getName());
    if (path.isEmpty()) {
      return;
    }
    String name = path.getLast();
    Tree parent = directory(path.subList(0, path.size() - 1));
    if (name.equals(OPAQUE)) {
      hideLower(parent);
    } else if (name.startsWith(WHITEOUT)) {
      parent.children.remove(name.substring(WHITEOUT.length()));
    } else {
      count(name);
      put(parent, name, node(entry, content));
    }
  }

  private Node node(TarArchiveEntry entry, Node.File content) throws IOException {
    if (entry.isDirectory()) {
      return new Tree();
    }
    if (entry.isSymbolicLink()) {
      count(entry.getLinkName());
      return new Node.Symlink(entry.getLinkName());
    }
    if (entry.isLink()) {
      List<String> path = lexical(entry.getLinkName());
      Tree parent = directory(path.subList(0, Math.max(path.size() - 1, 0)));
      Optional<Node> target = path.isEmpty() ? Optional.empty() : parent.child(path.getLast());
      return target
          .filter(node -> !(node instanceof Node.Directory))
          .orElseThrow(() -> new IOException(entry.getName() + " links to nothing that can be"));
    }
    return entry.isFile() ? content : new Node.Special();
  }

  /** Places a node. An existing directory stays if an entry repeats it. */
  private void put(Tree parent, String name, Node node) {
    if (node instanceof Tree made) {
      Tree stays = parent.child(name).orElse(null) instanceof Tree there ? there : made;
      stays.layer = layer;
      parent.children.put(name, new Placed(stays, layer));
    } else {
      parent.children.put(name, new Placed(node, layer));
    }
  }

  /** Returns the directory at a path, following links; creates it if it is missing. */
  private Tree directory(List<String> path) throws IOException {
    Tree here = root;
    StringBuilder walked = new StringBuilder();
    for (String name : path) {
      walked.append('/').append(name);
      if (!here.children.containsKey(name)) {
        count(name);
        put(here, name, new Tree());
      }
      Optional<Node> there = PathWalk.follow(root, walked.toString());
      if (!(there.orElse(null) instanceof Tree tree)) {
        throw new IOException(walked + " is no directory");
      }
      here = tree;
      here.layer = layer;
    }
    return here;
  }

  private void hideLower(Tree directory) {
    directory
        .children
        .values()
        .removeIf(
            child -> (child.node() instanceof Tree tree ? tree.layer : child.layer()) != layer);
    for (Placed child : directory.children.values()) {
      if (child.node() instanceof Tree tree) {
        hideLower(tree);
      }
    }
  }

  /** Normalizes a path lexically, relative to the root. {@code ..} doesn't leave the root. */
  private static List<String> lexical(String path) {
    List<String> clean = new ArrayList<>();
    for (String name : PathWalk.components(path)) {
      if (!name.equals("..")) {
        clean.add(name);
      } else if (!clean.isEmpty()) {
        clean.removeLast();
      }
    }
    return clean;
  }

  private void count(String text) {
    bytes += BYTES_OF_AN_ENTRY + 2L * text.length();
    if (bytes > MAX_BYTES) {
      throw new ImageException(
          ImageException.Code.TOO_LARGE, "The image has too many files to be looked through");
    }
  }
}
