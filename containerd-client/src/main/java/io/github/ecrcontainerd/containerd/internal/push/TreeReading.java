package io.github.ecrcontainerd.containerd.internal.push;

import io.github.ecrcontainerd.containerd.internal.image.Referrers;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Reads the documents of an image from the root down, each checked against its digest. */
final class TreeReading {
  /** An index may name indexes; nobody nests them deeper than once. */
  private static final int DEEPEST = 4;

  /** The quota of a manifest in Amazon ECR, in bytes. */
  private static final int LARGEST_DOCUMENT = 4_194_304;

  /** They are held until they are put: this many bytes, hundreds of times a usual image's. */
  private static final long LARGEST_TREE = 4L * LARGEST_DOCUMENT;

  private final Source source;
  private final boolean foreignLayers;
  private final ImageTree tree = new ImageTree();
  private long held;

  /**
   * @param foreignLayers whether layers that are not to be distributed belong to the image
   */
  TreeReading(Source source, boolean foreignLayers) {
    this.source = source;
    this.foreignLayers = foreignLayers;
  }

  ImageTree tree() {
    return tree;
  }

  /** The manifest for a platform below an index; itself, where it is a manifest. */
  Descriptor choose(Descriptor root, Platform platform) throws InterruptedException {
    Descriptor current = root;
    for (int depth = 0; MediaTypes.isIndex(current.mediaType()); depth++) {
      checkDepth(root, depth);
      source.require(List.of(current));
      Index index = Index.parse(current, read(current));
      current =
          index
              .best(platform)
              .orElseThrow(
                  () ->
                      new ImageException(
                          "%s has no image for %s; it has %s. Choose one of these as the platform"
                              .formatted(
                                  root.digest(),
                                  platform,
                                  index.platforms().stream()
                                      .map(Platform::toString)
                                      .collect(Collectors.joining(", ")))));
    }
    return current;
  }

  /** Reads a manifest or index and all below it. */
  void add(Descriptor root) throws InterruptedException {
    source.require(List.of(root));
    add(root, root, 0);
  }

  private void add(Descriptor root, Descriptor document, int depth) throws InterruptedException {
    checkDepth(root, depth);
    if (!tree.visit(document)) {
      return;
    }
    byte[] content = read(document);
    held += content.length;
    if (held > LARGEST_TREE) {
      throw new ImageException(
          "The manifests of %s have more than %,d bytes together"
              .formatted(root.digest(), LARGEST_TREE));
    }
    if (MediaTypes.isIndex(document.mediaType())) {
      addChildren(root, Index.parse(document, content), depth);
    } else if (MediaTypes.isManifest(document.mediaType())) {
      addBlobs(Manifest.parse(document, content));
    } else {
      throw new ImageException(
          "%s can't be pushed: its media type %s is not supported"
              .formatted(document.digest(), document.mediaType()));
    }
    tree.add(new ImageTree.Document(document, content));
  }

  private void addChildren(Descriptor root, Index index, int depth) throws InterruptedException {
    // All that is missing is told at once.
    source.require(index.manifests());
    for (Descriptor child : index.manifests()) {
      if (MediaTypes.isManifestOrIndex(child.mediaType())) {
        add(root, child, depth + 1);
      } else {
        tree.addBlob(child);
      }
    }
  }

  private void addBlobs(Manifest manifest) {
    tree.addBlob(manifest.config());
    manifest.layers().stream()
        .filter(layer -> foreignLayers || !MediaTypes.isForeignLayer(layer.mediaType()))
        .forEach(tree::addBlob);
  }

  /** Reads what refers to the documents that were read so far, and what refers to that. */
  void addReferrers() throws InterruptedException {
    List<Descriptor> subjects =
        tree.documents().stream().map(ImageTree.Document::descriptor).toList();
    int found = 0;
    for (int depth = 0; !subjects.isEmpty() && depth < Referrers.DEEPEST; depth++) {
      List<Descriptor> next = new ArrayList<>();
      for (Descriptor subject : subjects) {
        for (Descriptor referrer : source.referrers(subject)) {
          if (++found > Referrers.MOST) {
            throw new ImageException(
                "%s has more than %,d referrers".formatted(subject.digest(), Referrers.MOST));
          }
          add(referrer);
          next.add(referrer);
        }
      }
      subjects = next;
    }
  }

  private byte[] read(Descriptor document) throws InterruptedException {
    if (document.size() > LARGEST_DOCUMENT) {
      throw new ImageException(
          "%s has %,d bytes; a document has at most %,d"
              .formatted(document.digest(), document.size(), LARGEST_DOCUMENT));
    }
    ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(document.size()));
    try (BlobReader reader = source.open(document)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        if (bytes.remaining() > content.remaining()) {
          throw new ImageException(
              "%s has more than the %,d bytes that its descriptor says"
                  .formatted(document.digest(), document.size()));
        }
        content.put(bytes);
      }
    }
    MessageDigest hash = document.digest().algorithm().newHash();
    hash.update(content.flip());
    Digest came = Digest.of(document.digest().algorithm(), hash);
    if (!came.equals(document.digest())) {
      throw new ImageException(
          "%s is damaged: the bytes that came have the digest %s"
              .formatted(document.digest(), came));
    }
    return content.array();
  }

  private static void checkDepth(Descriptor root, int depth) {
    if (depth > DEEPEST) {
      throw new ImageException(
          "%s nests its indexes more than %d deep".formatted(root.digest(), DEEPEST));
    }
  }
}
