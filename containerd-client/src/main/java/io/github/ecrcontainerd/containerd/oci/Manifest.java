package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaKind;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.util.List;
import java.util.Set;

/**
 * A manifest of one image or artifact: OCI's, or Docker's schema 2.
 *
 * @param mediaType which of the two it is
 * @param config the configuration; of an image that can run, or of an artifact
 * @param layers the layers of an image, the lowest first; the blobs of an artifact
 */
public record Manifest(String mediaType, Descriptor config, List<Descriptor> layers)
    implements ImageDocument {

  /**
   * Media types of configurations that some tools pushed schema 2 images with. Docker takes them
   * for images (moby, {@code distribution/registry.go}, {@code imageTypes}).
   */
  private static final Set<String> SLOPPY_CONFIGS =
      Set.of("", "application/octet-stream", "application/json", "text/html", "text/plain");

  public Manifest {
    layers = List.copyOf(layers);
  }

  static Manifest of(String mediaType, Document document) {
    // Also where it is empty: two readers may not understand different things (CVE-2021-41190).
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
   * The layers that a root file system is made of, the lowest first. Other blobs may stand among
   * them: provenance, WebAssembly.
   */
  public List<Descriptor> rootfsLayers() {
    return layers.stream().filter(layer -> MediaKind.of(layer) == MediaKind.LAYER).toList();
  }

  /**
   * Whether it is an image that may run, and not an artifact: its configuration is of an image's
   * type, or, in Docker's schema 2, of one of those that Docker takes for it beside layers of a
   * root file system.
   */
  public boolean isImage() {
    return MediaTypes.isConfig(config.mediaType())
        || (mediaType.equals(MediaTypes.DOCKER_MANIFEST)
            && SLOPPY_CONFIGS.contains(config.mediaType())
            && !rootfsLayers().isEmpty());
  }
}
