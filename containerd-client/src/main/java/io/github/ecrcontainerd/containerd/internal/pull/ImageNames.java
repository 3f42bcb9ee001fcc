package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The names of a pulled image, and the labels of its image records.
 *
 * @param names at least one; the caller gets the record of the first
 * @param forCri whether the CRI plugin, which serves kubelet, has to find the image
 */
record ImageNames(List<String> names, boolean forCri) {
  /** The namespace of the CRI plugin. */
  private static final String CRI_NAMESPACE = "k8s.io";

  /** The CRI plugin lists the images that have this label ({@code internal/cri/labels}). */
  private static final Map<String, String> CRI_LABELS =
      Map.of("io.cri-containerd.image", "managed");

  /**
   * Chooses the names of an image.
   *
   * @param reference the reference as the user wrote it
   * @param canonicalName the resolver's name of the image
   * @throws IllegalArgumentException if the image would have no name
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
          "%s would have no name in containerd: set a name, or pull by an image URI"
              .formatted(reference));
    }
    return new ImageNames(List.copyOf(names), namespace.equals(CRI_NAMESPACE));
  }

  /**
   * Returns the names of all records. The first of {@link #names} comes last, so that its record
   * exists only once the others do. For the CRI plugin they include the names that its own pull
   * creates: the image's ID, which keeps the image after its tag has moved, and each URI with the
   * digest.
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
