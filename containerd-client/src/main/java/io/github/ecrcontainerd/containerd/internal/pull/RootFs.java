package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.PullListener;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph;
import io.github.ecrcontainerd.containerd.internal.image.ImageGraph.Config;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layers of an image and their diff IDs, to unpack into a chain of snapshots.
 *
 * @param config the configuration's descriptor, whose label keeps the snapshots
 * @param image the parsed configuration, with the diff ID of each layer
 * @param layers the layers, the lowest first
 */
record RootFs(Descriptor config, ImageConfig image, List<Descriptor> layers) {

  /**
   * Returns the root file system of a graph's chosen image; empty for an artifact. Also empty, with
   * a warning, for an image whose configuration names no diff IDs, or which has only blobs that are
   * not layers: signatures and attestations use an image's configuration.
   *
   * @throws ImageException if the numbers of diff IDs and layers differ
   */
  static Optional<RootFs> of(ImageGraph graph, PullListener listener) {
    if (graph.chosen().isEmpty() || graph.chosen().get().config().isEmpty()) {
      return Optional.empty();
    }
    Config config = graph.chosen().get().config().get();
    List<Descriptor> layers = graph.chosen().get().manifest().rootfsLayers();
    int diffIds = config.parsed().diffIds().size();
    if (diffIds == 0 && !layers.isEmpty()) {
      listener.warning(
          "nothing is unpacked: the image configuration %s names no diff IDs"
              .formatted(config.descriptor().digest()));
      return Optional.empty();
    }
    boolean onlyOtherBlobs =
        layers.isEmpty() && !graph.chosen().get().manifest().layers().isEmpty();
    if (onlyOtherBlobs && diffIds > 0) {
      listener.warning(
          "nothing is unpacked: the manifest has only blobs that are not layers of a root file system");
      return Optional.empty();
    }
    if (layers.size() != diffIds) {
      throw new ImageException(
          ImageException.Code.MALFORMED,
          config.descriptor().digest(),
          "The manifest has %d layers, the image configuration %s has diff IDs for %d"
              .formatted(layers.size(), config.descriptor().digest(), diffIds));
    }
    return layers.isEmpty()
        ? Optional.empty()
        : Optional.of(new RootFs(config.descriptor(), config.parsed(), layers));
  }

  /** Returns the layers that no other image of the graph has. */
  Set<Digest> ownLayers(ImageGraph graph) {
    Set<Digest> own = layers.stream().map(Descriptor::digest).collect(Collectors.toSet());
    for (ImageGraph.Node node : graph.documents()) {
      if (node.document() instanceof Manifest other && !other.config().equals(config)) {
        other.layers().forEach(layer -> own.remove(layer.digest()));
      }
    }
    return Set.copyOf(own);
  }
}
