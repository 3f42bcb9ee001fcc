package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The names that a pulled image is kept under, and the labels of their records.
 *
 * @param names at least one; the first is the one that the caller gets
 * @param uri the reference as an image's URI, if it was written as one
 * @param forCri whether the CRI plugin, which kubelet asks, has to find the image
 */
record ImageNames(List<String> names, Optional<ImageUri> uri, boolean forCri) {
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
    Optional<ImageUri> uri = ImageUri.read(reference);
    SequencedSet<String> names = new LinkedHashSet<>();
    if (options.canonicalName()) {
      names.add(canonicalName);
    }
    uri.map(ImageUri::recordName).ifPresent(names::add);
    names.addAll(options.names());
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "%s would be kept under no name: give it one, or pull it by the URI of an image"
              .formatted(reference));
    }
    return new ImageNames(List.copyOf(names), uri, namespace.equals(CRI_NAMESPACE));
  }

  /** All names, the first of them last: once it is there, the others are. */
  List<String> firstLast(Digest root) {
    List<String> all = new ArrayList<>(names.subList(1, names.size()));
    if (forCri) {
      uri.map(known -> known.withDigest(root))
          .filter(name -> !names.contains(name))
          .ifPresent(all::add);
    }
    all.add(names.getFirst());
    return all;
  }

  /** The labels of each record. */
  Map<String, String> labels() {
    return forCri ? CRI_LABELS : Map.of();
  }
}
