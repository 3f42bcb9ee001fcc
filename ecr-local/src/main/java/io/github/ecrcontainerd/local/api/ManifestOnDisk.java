package io.github.ecrcontainerd.local.api;

import io.github.ecrcontainerd.local.store.Manifest;
import io.github.ecrcontainerd.local.store.StoredImage;
import java.io.IOException;
import java.util.Optional;

/** Manifests as they are on disk: another program may have put anything there. */
final class ManifestOnDisk {
  private ManifestOnDisk() {}

  /** What it says; empty where it is no manifest. */
  static Optional<Manifest> read(StoredImage image) throws IOException {
    try {
      return Optional.of(image.manifest());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Its artifact type, or the type of its configuration, which stands for it. */
  static Optional<String> artifactType(Manifest manifest) {
    return manifest.artifactType().or(() -> manifest.config().flatMap(Manifest.Link::mediaType));
  }
}
