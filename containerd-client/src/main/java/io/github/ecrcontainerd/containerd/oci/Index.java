package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * An index of manifests for several platforms: OCI's image index, or Docker's manifest list.
 *
 * @param mediaType the media type of one of the two
 * @param manifests the descriptors of its manifests, in its order
 */
public record Index(String mediaType, List<Descriptor> manifests) implements ImageDocument {

  public Index {
    manifests = List.copyOf(manifests);
  }

  static Index of(String mediaType, Document document) {
    if (!document.has("manifests")) {
      throw document.invalid("it has no manifests");
    }
    return new Index(
        mediaType, document.objects("manifests").stream().map(Document::descriptor).toList());
  }
}
