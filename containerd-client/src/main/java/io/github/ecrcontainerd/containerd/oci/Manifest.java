package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.List;
import java.util.Set;

/**
 * A manifest of one image or artifact: OCI's, or Docker's schema 2.
 *
 * @param mediaType the media type of one of the two
 * @param config the configuration, of an image or of an artifact
 * @param layers the layers of an image, the lowest first; the blobs of an artifact
 */
public record Manifest(String mediaType, Descriptor config, List<Descriptor> layers)
    implements ImageDocument {

  /**
   * Media types of the configuration in schema 2 images from some tools. Docker accepts them as
   * images (moby, {@code distribution/registry.go}, {@code imageTypes}).
   */
  private static final Set<String> SLOPPY_CONFIGS =
      Set.of("", "application/octet-stream", "application/json", "text/html", "text/plain");

  public Manifest {
    layers = List.copyOf(layers);
  }

  static Manifest of(String mediaType, Document document) {
    // Also rejects an empty field, so that all parsers see the same type (CVE-2021-41190).
    if (document.has("manifests")) {
      throw document.invalid("it has manifests, like an index");
    }
    Descriptor config =
        document
            .object("config")
            .orElseThrow(() -> document.invalid("it has no config"))
            .descriptor();
    return new Manifest(
        mediaType, config, document.objects("layers").stream().map(Document::descriptor).toList());
  }

  /**
   * Returns the layers of the root file system, the lowest first, without other blobs such as
   * provenance and WebAssembly.
   */
  public List<Descriptor> rootfsLayers() {
    return layers.stream().filter(layer -> MediaKind.of(layer) == MediaKind.LAYER).toList();
  }

  /**
   * Whether it is an image that may run, and not an artifact. The configuration of an image has an
   * image's media type. In Docker's schema 2, it may also have one of the types that Docker
   * accepts, if there are layers of a root file system.
   */
  public boolean isImage() {
    return MediaTypes.isConfig(config.mediaType())
        || (mediaType.equals(MediaTypes.DOCKER_MANIFEST)
            && SLOPPY_CONFIGS.contains(config.mediaType())
            && !rootfsLayers().isEmpty());
  }
}
