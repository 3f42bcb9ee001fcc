package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.internal.image.ImageGraph.Chosen;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph.Config;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph.Node;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph.Referrer;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageDocument;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.ImageException.Code;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/**
 * Walks an image from its root downwards, and reads, verifies and parses each document once. For
 * one image and one thread.
 */
public final class ImageWalk {
  private final DocumentReader reader;
  private final Source source;
  private final Selection selection;
  private final Map<Digest, Node> read = new HashMap<>();
  private final Map<Digest, Config> configs = new HashMap<>();
  private final Map<Digest, Node> documents = new LinkedHashMap<>();
  private final List<Referrer> referrers = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final SequencedSet<Platform> offered = new LinkedHashSet<>();
  private final SequencedSet<String> passedOver = new LinkedHashSet<>();
  private long heldBytes;

  /**
   * Creates a walk without starting it.
   *
   * @param source the source of the reader, which also lists the referrers
   */
  public ImageWalk(DocumentReader reader, Source source, Selection selection) {
    this.reader = reader;
    this.source = source;
    this.selection = selection;
  }

  /**
   * Reads an image.
   *
   * @throws ImageException if a document is malformed, damaged, missing or too large, or the image
   *     has nothing for the platform
   */
  public ImageGraph from(Descriptor target) throws InterruptedException {
    Node root = read(target);
    Optional<Node> manifest = Optional.empty();
    switch (selection.extent()) {
      case PATH -> {
        List<Node> path = require(pathFrom(root));
        path.forEach(this::add);
        manifest = Optional.of(path.getLast());
      }
      case MANIFEST -> {
        root = require(pathFrom(root)).getLast();
        add(root);
        manifest = Optional.of(root);
      }
      case ALL -> {
        addAll(root, 0);
        if (selection.config()) {
          manifest = pathFrom(root).map(List::getLast);
          if (manifest.isEmpty()) {
            requireUnlessForThisMachine();
          }
        }
      }
      case PRESENT -> {
        add(root);
        manifest = Optional.of(choosePresent(root));
      }
    }
    Optional<Chosen> chosen = Optional.empty();
    if (manifest.isPresent()) {
      chosen = Optional.of(choose(manifest.get(), target));
    }
    if (selection.referrers()) {
      addReferrers();
    }
    return new ImageGraph(
        root,
        List.copyOf(documents.values()),
        chosen,
        selection.extent() == Selection.Extent.ALL,
        selection.foreignLayers(),
        referrers,
        warnings);
  }

  private Node read(Descriptor named) throws InterruptedException {
    Node known = read.get(named.digest());
    if (known != null) {
      return known;
    }
    byte[] content = hold(reader.read(named));
    ImageDocument document = ImageDocument.parse(named, content);
    Node node = new Node(named.withMediaType(document.mediaType()), content, document);
    read.put(named.digest(), node);
    return node;
  }

  private byte[] hold(byte[] content) {
    heldBytes += content.length;
    if (heldBytes > Limits.MAX_GRAPH_BYTES) {
      throw new ImageException(
          Code.TOO_LARGE,
          reader.imageName(),
          null,
          "The documents of %s have more than %,d bytes together"
              .formatted(reader.imageName(), Limits.MAX_GRAPH_BYTES),
          null);
    }
    return content;
  }

  private void add(Node node) {
    documents.putIfAbsent(node.descriptor().digest(), node);
  }

  private void addAll(Node node, int depth) throws InterruptedException {
    if (documents.containsKey(node.descriptor().digest())) {
      return;
    }
    add(node);
    List<Descriptor> children = Children.documents(node.document());
    if (node.document() instanceof Index index) {
      checkDepth(depth);
      // Reports all missing children in one error.
      source.require(index.manifests());
    }
    for (Descriptor child : children) {
      addAll(read(child), depth + 1);
    }
  }

  private void checkDepth(int depth) {
    if (depth >= Limits.MAX_INDEX_DEPTH) {
      throw new ImageException(
          Code.TOO_LARGE,
          reader.imageName(),
          null,
          "%s nests its indexes more than %d deep"
              .formatted(reader.imageName(), Limits.MAX_INDEX_DEPTH),
          null);
    }
  }

  /** Returns the documents from a root to the manifest for the platform. */
  private Optional<List<Node>> pathFrom(Node root) throws InterruptedException {
    List<Node> path = new ArrayList<>();
    return descend(root, path) ? Optional.of(path) : Optional.empty();
  }

  private boolean descend(Node node, List<Node> path) throws InterruptedException {
    path.add(node);
    if (!(node.document() instanceof Index index)) {
      return true;
    }
    checkDepth(path.size() - 1);
    note(index);
    for (Descriptor candidate : selection.platform().candidates(index.manifests())) {
      Node child = read(candidate);
      boolean fits = candidate.platform().isPresent() || runsByItsConfig(child);
      if (fits && descend(child, path)) {
        return true;
      }
    }
    path.removeLast();
    return false;
  }

  /** An image that the source has, and the platform that it was built for. */
  private record Present(Node manifest, Optional<Platform> builtFor) {}

  private Node choosePresent(Node root) throws InterruptedException {
    List<Present> present = new ArrayList<>();
    collectPresent(root, Optional.empty(), 0, present);
    if (present.isEmpty()) {
      throw new ImageException(
          Code.INCOMPLETE,
          reader.imageName(),
          root.descriptor().digest(),
          "%s has no runnable image in the content store: it was not pulled, or is an artifact"
              .formatted(reader.imageName()),
          null);
    }
    return selection
        .platform()
        .bestOf(present.stream().map(Present::builtFor).toList())
        .map(present::get)
        .orElseThrow(() -> notPresent(present))
        .manifest();
  }

  private void collectPresent(
      Node node, Optional<Platform> stated, int depth, List<Present> present)
      throws InterruptedException {
    if (node.document() instanceof Manifest manifest) {
      if (manifest.isImage() && source.has(manifest.config())) {
        Optional<Platform> builtFor =
            stated.isPresent() ? stated : config(manifest).parsed().platform();
        present.add(new Present(node, builtFor));
      }
      return;
    }
    checkDepth(depth);
    for (Descriptor child : Children.documents(node.document())) {
      boolean attestation = child.platform().filter(p -> p.os().equals("unknown")).isPresent();
      if (!attestation && source.has(child)) {
        collectPresent(read(child), child.platform(), depth + 1, present);
      }
    }
  }

  private ImageException notPresent(List<Present> present) {
    String there =
        present.stream()
            .flatMap(image -> image.builtFor().stream())
            .map(Platform::toString)
            .collect(Collectors.joining(", "));
    return new ImageException(
        Code.NO_PLATFORM,
        reader.imageName(),
        null,
        "%s has no image for %s in the content store; it has %s there. Choose one of these as the"
                .formatted(reader.imageName(), selection.platform().platform(), there)
            + " platform, or pull another",
        null);
  }

  /** Records the other platforms of an index, for the error message. */
  private void note(Index index) {
    for (Descriptor child : index.manifests()) {
      if (!Children.isDocument(child)) {
        passedOver.add(child.mediaType());
      } else {
        child.platform().filter(p -> !p.os().equals("unknown")).ifPresent(offered::add);
      }
    }
  }

  /**
   * Whether a child without a stated platform may run on the chosen one, according to its
   * configuration.
   */
  private boolean runsByItsConfig(Node child) throws InterruptedException {
    if (!(child.document() instanceof Manifest manifest) || !manifest.isImage()) {
      return true;
    }
    Optional<Platform> builtFor = config(manifest).parsed().platform();
    builtFor.ifPresent(offered::add);
    return builtFor.isEmpty() || selection.platform().runs(builtFor.get());
  }

  private List<Node> require(Optional<List<Node>> path) {
    return path.orElseThrow(this::notFound);
  }

  /**
   * Handles a selection of all platforms of which none runs here: an error if the user named the
   * platform, else a warning.
   */
  private void requireUnlessForThisMachine() {
    if (selection.platform().asked()) {
      throw notFound();
    }
    warnings.add(
        "%s has nothing for %s, so nothing is unpacked"
            .formatted(reader.imageName(), selection.platform().platform()));
  }

  private ImageException notFound() {
    String name = reader.imageName();
    String platforms =
        offered.stream().map(Platform::toString).distinct().collect(Collectors.joining(", "));
    String reason =
        platforms.isEmpty()
            ? "%s names no image for any platform".formatted(name)
            : "%s has no image for %s; it has %s. Choose one of these as the platform"
                .formatted(name, selection.platform().platform(), platforms);
    String others =
        passedOver.isEmpty()
            ? ""
            : ". Skipped, because their media types are unknown: " + String.join(", ", passedOver);
    return new ImageException(Code.NO_PLATFORM, name, null, reason + others, null);
  }

  private Chosen choose(Node node, Descriptor target) throws InterruptedException {
    Manifest manifest = (Manifest) node.document();
    boolean isWhatWasNamed = node.descriptor().digest().equals(target.digest());
    boolean toBeCompared = isWhatWasNamed && selection.platform().asked();
    if (!manifest.isImage() || !(selection.config() || toBeCompared)) {
      return new Chosen(manifest, Optional.empty());
    }
    Config config = config(manifest);
    if (isWhatWasNamed) {
      config
          .parsed()
          .platform()
          .map(builtFor -> selection.platform().check(reader.imageName(), builtFor))
          .ifPresent(warnings::addAll);
    }
    return new Chosen(manifest, Optional.of(config));
  }

  private Config config(Manifest manifest) throws InterruptedException {
    Descriptor descriptor = manifest.config();
    Config known = configs.get(descriptor.digest());
    if (known != null) {
      return known;
    }
    // A registry serves it as a blob, even if its type isn't stated.
    byte[] content =
        hold(
            reader.read(
                descriptor.mediaType().isEmpty()
                    ? descriptor.withMediaType(MediaTypes.DOCKER_CONFIG)
                    : descriptor));
    Config config =
        new Config(descriptor, content, ImageConfig.parse(descriptor.digest(), content));
    configs.put(descriptor.digest(), config);
    return config;
  }

  private void addReferrers() throws InterruptedException {
    List<Descriptor> subjects = documents.values().stream().map(Node::descriptor).toList();
    for (int depth = 0; !subjects.isEmpty() && depth < Limits.MAX_REFERRER_DEPTH; depth++) {
      List<Descriptor> found = new ArrayList<>();
      for (Descriptor subject : subjects) {
        for (Descriptor referrer : source.referrers(subject)) {
          if (referrers.size() == Limits.MAX_REFERRERS) {
            throw new ImageException(
                Code.TOO_LARGE,
                reader.imageName(),
                subject.digest(),
                "%s has more than %,d referrers"
                    .formatted(reader.imageName(), Limits.MAX_REFERRERS),
                null);
          }
          addAll(read(referrer), 0);
          referrers.add(new Referrer(subject.digest(), referrer));
          found.add(referrer);
        }
      }
      subjects = found;
    }
  }
}
