package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The names that a pulled image is kept under, and the labels of their records.
 *
 * @param names at least one; the first is the one that the caller gets
 * @param forCri whether the CRI plugin, which kubelet asks, has to find the image
 */
record ImageNames(List<String> names, boolean forCri) {
  /** The namespace of the CRI plugin. */
  private static final String CRI_NAMESPACE = "k8s.io";

  /** The CRI plugin lists the images that have this label ({@code internal/cri/labels}). */
  private static final Map<String, String> CRI_LABELS =
      Map.of("io.cri-containerd.image", "managed");

  /**
   * The names for an image.
   *
   * @param reference as the user wrote it
   * @param canonicalName what the resolver calls it
   * @throws IllegalArgumentException if no name is left
   */
  static ImageNames of(
      String reference, String canonicalName, PullOptions options, String namespace) {
    SequencedSet<String> names = new LinkedHashSet<>();
    if (options.canonicalName()) {
      names.add(canonicalName);
    }
    ImageUri.read(reference).map(ImageUri::recordName).ifPresent(names::add);
    names.addAll(options.names());
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "%s would be kept under no name: give it one, or pull it by the URI of an image"
              .formatted(reference));
    }
    return new ImageNames(List.copyOf(names), namespace.equals(CRI_NAMESPACE));
  }

  /**
   * The names of all records, the first of {@link #names} last: once it is there, the others are.
   * For the CRI plugin they are those that its own pull makes: the image's ID, which keeps the
   * image also after its tag has moved, and the digest beside each URI.
   *
   * @param config the digest of the image's configuration, which is the image's ID for the CRI
   *     plugin; an artifact has none
   */
  List<String> ofRecords(Digest root, Optional<Digest> config) {
    SequencedSet<String> all = new LinkedHashSet<>();
    if (forCri) {
      config.map(Digest::toString).ifPresent(all::add);
      names.stream()
          .flatMap(name -> ImageUri.read(name).stream())
          .map(uri -> uri.withDigest(root))
          .forEach(all::add);
    }
    all.addAll(names);
    all.addLast(names.getFirst());
    return List.copyOf(all);
  }

  /** The labels of each record. */
  Map<String, String> labels() {
    return forCri ? CRI_LABELS : Map.of();
  }
}
