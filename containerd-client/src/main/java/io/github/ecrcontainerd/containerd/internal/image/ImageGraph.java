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
 * The verified documents of an image, and the blobs that they name. Immutable. Contains each
 * document and each blob once.
 */
public final class ImageGraph {
  private final Node root;
  private final List<Node> documents;
  private final Optional<Chosen> chosen;
  private final boolean blobsOfIndexes;
  private final boolean foreignLayers;
  private final List<Referrer> referrers;
  private final List<String> warnings;

  /** A manifest or index: its original bytes and the parsed document. */
  public static final class Node {
    private final Descriptor descriptor;
    private final byte[] content;
    private final ImageDocument document;

    /** Takes ownership of the bytes. */
    Node(Descriptor descriptor, byte[] content, ImageDocument document) {
      this.descriptor = descriptor;
      this.content = content;
      this.document = document;
    }

    /** Its descriptor, with the document's media type even if the parent doesn't state it. */
    public Descriptor descriptor() {
      return descriptor;
    }

    /** The bytes. The caller must not change them. */
    public byte[] content() {
      return content;
    }

    public ImageDocument document() {
      return document;
    }
  }

  /** The configuration of an image: its original bytes and the parsed document. */
  public static final class Config {
    private final Descriptor descriptor;
    private final byte[] content;
    private final ImageConfig parsed;

    /** Takes ownership of the bytes. */
    Config(Descriptor descriptor, byte[] content, ImageConfig parsed) {
      this.descriptor = descriptor;
      this.content = content;
      this.parsed = parsed;
    }

    public Descriptor descriptor() {
      return descriptor;
    }

    /** The bytes. The caller must not change them. */
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
   * @param config its configuration, if it was read; an artifact has none
   */
  public record Chosen(Manifest manifest, Optional<Config> config) {}

  /**
   * A manifest that names another as its subject.
   *
   * @param subject the digest of the other manifest
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
   * Returns the graph of an image that this library created, with one manifest.
   *
   * @param manifest its descriptor, with embedded data
   * @param config the configuration's descriptor, with embedded data
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

  /**
   * Returns the documents in the order in which a registry accepts them: children before parents.
   */
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

  /** The image of the platform, if one was chosen and found. */
  public Optional<Chosen> chosen() {
    return chosen;
  }

  /** The referrers of the image, each after its subject. */
  public List<Referrer> referrers() {
    return referrers;
  }

  /** Warnings for the user, one line each. */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * Returns the configurations, layers and other blobs that the documents name, in the order of
   * their transfer: the chosen image's first, the lowest layer before the others. If one platform
   * was chosen, blobs that an index names are not included.
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

  /** Returns all documents and blobs of the image, in the order of their transfer. */
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
