package io.github.ecrcontainerd.containerd.internal.pull;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Brings the documents of an image, from what its name stands for down to one platform's layers.
 */
final class ImageWalk {
  /** An index may name indexes; nobody nests them deeper than once. */
  private static final int DEEPEST = 4;

  private final ContentArrival arrival;
  private final ContentStore leased;
  private final ContentStore store;
  private final Platform wanted;
  private final List<Descriptor> documents = new ArrayList<>();

  /**
   * What the walk ends at.
   *
   * @param manifest the manifest of the platform
   * @param config its configuration; an artifact has none that can run
   */
  record Found(Manifest manifest, Optional<ImageConfig> config) {}

  /**
   * @param leased the content store under the pull's lease, which keeps the root
   * @param store the same, without: the rest is kept by what the root refers to
   */
  ImageWalk(ContentArrival arrival, ContentStore leased, ContentStore store, Platform wanted) {
    this.arrival = arrival;
    this.leased = leased;
    this.store = store;
    this.wanted = wanted;
  }

  /** The indexes and the manifest that were met. */
  List<Descriptor> documents() {
    return documents;
  }

  Found run(Resolution image) throws InterruptedException {
    Descriptor current = image.target();
    for (int depth = 0; MediaTypes.isIndex(current.mediaType()); depth++) {
      if (depth == DEEPEST) {
        throw new ImageException(
            "%s nests its indexes more than %d deep".formatted(image.name(), DEEPEST));
      }
      Descriptor index = current;
      documents.add(index);
      Index content =
          arrival.bringDocument(leased, index, bytes -> Index.parse(index, bytes), Labels::keeping);
      current =
          arrival.recognised(
              content.best(wanted).orElseThrow(() -> notFor(image.name(), content.platforms())));
    }
    if (!MediaTypes.isManifest(current.mediaType())) {
      throw new ImageException(
          "%s of %s can't be pulled: its media type %s is not supported"
              .formatted(current.digest(), image.name(), current.mediaType()));
    }
    Descriptor chosen = current;
    documents.add(chosen);
    Manifest manifest =
        arrival.bringDocument(
            leased, chosen, bytes -> Manifest.parse(chosen, bytes), Labels::keeping);
    return new Found(manifest, config(image.name(), chosen, manifest.config()));
  }

  private Optional<ImageConfig> config(String name, Descriptor manifest, Descriptor config)
      throws InterruptedException {
    if (!MediaTypes.isConfig(config.mediaType())) {
      arrival.bring(store, config);
      return Optional.empty();
    }
    ImageConfig parsed =
        arrival.bringDocument(
            store,
            config,
            bytes -> ImageConfig.parse(config.digest(), bytes),
            keepsNothing -> Map.of());
    List<Platform> builtFor = parsed.platform().stream().toList();
    if (manifest.platform().isEmpty() && !builtFor.isEmpty() && wanted.best(builtFor).isEmpty()) {
      throw notFor(name, builtFor);
    }
    return Optional.of(parsed);
  }

  private ImageException notFor(String name, List<Platform> platforms) {
    return new ImageException(
        platforms.isEmpty()
            ? "%s names no image for any platform".formatted(name)
            : "%s has no image for %s; it has %s. Choose one of these as the platform"
                .formatted(
                    name,
                    wanted,
                    platforms.stream().map(Platform::toString).collect(Collectors.joining(", "))));
  }
}
