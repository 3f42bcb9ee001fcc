package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The documents of an image, read and checked, and the blobs that they name. Immutable. Each
 * document and each blob stands in it once.
 */
public final class ImageGraph {
  private final Node root;
  private final List<Node> documents;
  private final Optional<Chosen> chosen;
  private final boolean blobsOfIndexes;
  private final boolean foreignLayers;
  private final List<Referrer> referrers;
  private final List<String> warnings;

  /** A manifest or index, its bytes as they are, and what they say. */
  public static final class Node {
    private final Descriptor descriptor;
    private final byte[] content;
    private final ImageDocument document;

    /** Takes the bytes over. */
    Node(Descriptor descriptor, byte[] content, ImageDocument document) {
      this.descriptor = descriptor;
      this.content = content;
      this.document = document;
    }

    /** With the media type that the document has, also where its parent doesn't say it. */
    public Descriptor descriptor() {
      return descriptor;
    }

    /** The bytes, to be read only. */
    public byte[] content() {
      return content;
    }

    public ImageDocument document() {
      return document;
    }
  }

  /** The configuration of an image, its bytes as they are, and what they say. */
  public static final class Config {
    private final Descriptor descriptor;
    private final byte[] content;
    private final ImageConfig parsed;

    /** Takes the bytes over. */
    Config(Descriptor descriptor, byte[] content, ImageConfig parsed) {
      this.descriptor = descriptor;
      this.content = content;
      this.parsed = parsed;
    }

    public Descriptor descriptor() {
      return descriptor;
    }

    /** The bytes, to be read only. */
    public byte[] content() {
      return content;
    }

    public ImageConfig parsed() {
      return parsed;
    }
  }

  /**
   * The image of the chosen platform.
   *
   * @param manifest its manifest
   * @param config its configuration, where it was read; an artifact has none
   */
  public record Chosen(Manifest manifest, Optional<Config> config) {}

  /**
   * A manifest that names another as its subject.
   *
   * @param subject the other's digest
   */
  public record Referrer(Digest subject, Descriptor manifest) {}

  ImageGraph(
      Node root,
      List<Node> documents,
      Optional<Chosen> chosen,
      boolean blobsOfIndexes,
      boolean foreignLayers,
      List<Referrer> referrers,
      List<String> warnings) {
    this.root = root;
    this.documents = List.copyOf(documents);
    this.chosen = chosen;
    this.blobsOfIndexes = blobsOfIndexes;
    this.foreignLayers = foreignLayers;
    this.referrers = List.copyOf(referrers);
    this.warnings = List.copyOf(warnings);
  }

  /**
   * The graph of an image that was made here, of one manifest.
   *
   * @param manifest with its bytes
   * @param config with its bytes
   */
  public static ImageGraph made(Descriptor manifest, Descriptor config, List<String> warnings) {
    byte[] content = manifest.data().orElseThrow().bytes();
    Manifest parsed = (Manifest) ImageDocument.parse(manifest, content);
    Node root = new Node(withoutData(manifest), content, parsed);
    byte[] configContent = config.data().orElseThrow().bytes();
    Config made =
        new Config(
            withoutData(config), configContent, ImageConfig.parse(config.digest(), configContent));
    return new ImageGraph(
        root,
        List.of(root),
        Optional.of(new Chosen(parsed, Optional.of(made))),
        true,
        true,
        List.of(),
        warnings);
  }

  private static Descriptor withoutData(Descriptor content) {
    return Descriptor.of(content.mediaType(), content.digest(), content.size());
  }

  public Node root() {
    return root;
  }

  /** Manifests and indexes: parents before children, subjects before referrers. */
  public List<Node> documents() {
    return documents;
  }

  /** The same in the order in which a registry takes them: no document before one that it names. */
  public List<Node> childrenFirst() {
    Map<Digest, Node> byDigest = new HashMap<>();
    documents.forEach(node -> byDigest.put(node.descriptor().digest(), node));
    SequencedSet<Node> ordered = new LinkedHashSet<>();
    documents.forEach(node -> addChildrenFirst(node, byDigest, ordered));
    return List.copyOf(ordered);
  }

  private static void addChildrenFirst(
      Node node, Map<Digest, Node> byDigest, SequencedSet<Node> ordered) {
    for (Descriptor child : Children.documents(node.document())) {
      Node below = byDigest.get(child.digest());
      if (below != null && !ordered.contains(below)) {
        addChildrenFirst(below, byDigest, ordered);
      }
    }
    ordered.add(node);
  }

  /** The image of the platform, where one was chosen and found. */
  public Optional<Chosen> chosen() {
    return chosen;
  }

  /** What refers to the image, each after its subject. */
  public List<Referrer> referrers() {
    return referrers;
  }

  /** What the user may not expect, a line each. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * Configurations, layers and all else that the documents name, in the order in which they are
   * wanted: those of the chosen image first, the lowest layer before the others. Where one platform
   * was chosen, what an index names beside manifests was passed over, and does not belong to it.
   */
  public Collection<Descriptor> blobs() {
    Map<Digest, Descriptor> blobs = new LinkedHashMap<>();
    chosen.ifPresent(image -> add(image.manifest(), blobs));
    documents.stream()
        .map(Node::document)
        .filter(document -> blobsOfIndexes || document instanceof Manifest)
        .forEach(document -> add(document, blobs));
    return blobs.values();
  }

  /**
   * Documents and blobs: all that belongs to the image, in the order in which it is transferred.
   */
  public List<Descriptor> contents() {
    List<Descriptor> contents = new ArrayList<>();
    documents.forEach(node -> contents.add(node.descriptor()));
    contents.addAll(blobs());
    return contents;
  }

  private void add(ImageDocument document, Map<Digest, Descriptor> blobs) {
    Children.blobs(document).stream()
        .filter(blob -> foreignLayers || !Children.isForeign(blob))
        .forEach(blob -> blobs.putIfAbsent(blob.digest(), blob));
  }
}
