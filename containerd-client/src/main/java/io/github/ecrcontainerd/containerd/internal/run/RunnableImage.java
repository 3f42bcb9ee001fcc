package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The image that runs, of those that an image record names.
 *
 * @param manifest its manifest
 * @param config its configuration
 */
record RunnableImage(Manifest manifest, ImageConfig config) {
  private static final int MAX_DOCUMENT_BYTES = 4 << 20;

  /**
   * An image in the content store.
   *
   * @param platform what it says that it is for, empty where it doesn't
   */
  private record Candidate(Optional<Platform> platform, RunnableImage image) {}

  /**
   * Finds it.
   *
   * @param wanted the platform that was asked for; where none was, this machine's, or the only one
   *     that is in the content store
   * @throws ImageException if there is none, or not one alone
   */
  static RunnableImage find(ContentStore store, Image image, Optional<Platform> wanted)
      throws InterruptedException {
    List<Candidate> candidates = new ArrayList<>();
    collect(store, image.target(), candidates, new HashSet<>());
    if (candidates.isEmpty()) {
      throw new ImageException(
          "%s has no image in the content store that runs: it was not pulled, or is an artifact"
              .formatted(image.name()));
    }
    List<Candidate> said =
        candidates.stream().filter(candidate -> candidate.platform().isPresent()).toList();
    Platform best = wanted.orElseGet(Platform::current);
    return best.best(said.stream().map(candidate -> candidate.platform().orElseThrow()).toList())
        .map(said::get)
        .or(
            () ->
                candidates.stream().filter(candidate -> candidate.platform().isEmpty()).findFirst())
        .or(
            () ->
                wanted.isEmpty() && candidates.size() == 1
                    ? Optional.of(candidates.getFirst())
                    : Optional.empty())
        .orElseThrow(
            () ->
                new ImageException(
                    "%s has no image for %s in the content store; it has %s there. Choose one of these as the platform, or pull another"
                        .formatted(
                            image.name(),
                            best,
                            said.stream()
                                .map(candidate -> candidate.platform().orElseThrow().toString())
                                .collect(Collectors.joining(", ")))))
        .image();
  }

  private static void collect(
      ContentStore store, Descriptor document, List<Candidate> found, Set<Digest> seen)
      throws InterruptedException {
    if (!seen.add(document.digest()) || store.info(document.digest()).isEmpty()) {
      return;
    }
    if (MediaTypes.isIndex(document.mediaType())) {
      for (Descriptor child : Index.parse(document, read(store, document)).manifests()) {
        collect(store, child, found, seen);
      }
    } else if (MediaTypes.isManifest(document.mediaType())) {
      Manifest manifest = Manifest.parse(document, read(store, document));
      if (MediaTypes.isConfig(manifest.config().mediaType())
          && store.info(manifest.config().digest()).isPresent()
          && document.platform().map(Platform::os).filter("unknown"::equals).isEmpty()) {
        ImageConfig config =
            ImageConfig.parse(manifest.config().digest(), read(store, manifest.config()));
        found.add(
            new Candidate(
                document.platform().or(config::platform), new RunnableImage(manifest, config)));
      }
    }
  }

  private static byte[] read(ContentStore store, Descriptor document) throws InterruptedException {
    return store.readAll(document.digest(), MAX_DOCUMENT_BYTES);
  }

  /** Its layers, without what else may stand among them; the lowest first. */
  List<Descriptor> layers() {
    return manifest.layers().stream()
        .filter(layer -> MediaTypes.isLayer(layer.mediaType()))
        .toList();
  }

  /** The snapshot of all of its layers; {@code ""} where it has none. */
  String snapshot() {
    List<Digest> chainIds = config.chainIds();
    return chainIds.isEmpty() ? "" : chainIds.getLast().toString();
  }
}
