package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Manifest;
import io.github.ecrcontainerd.local.store.StoredImage;
import java.io.IOException;
import java.util.Optional;

/** Reads manifests on disk, where another program may have written anything. */
final class ManifestOnDisk {
  private ManifestOnDisk() {}

  /** Reads the manifest; empty if the content is not a manifest. */
  static Optional<Manifest> read(StoredImage image) throws IOException {
    try {
      return Optional.of(image.manifest());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The artifact type. If it is missing, the type of the configuration is used. */
  static Optional<String> artifactType(Manifest manifest) {
    return manifest.artifactType().or(() -> manifest.config().flatMap(Manifest.Link::mediaType));
  }
}
