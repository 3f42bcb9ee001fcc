package io.github.ecrcontainerd.containerd.oci;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * An index of manifests for several platforms: OCI's image index, or Docker's manifest list.
 *
 * @param mediaType which of the two it is
 * @param manifests what it names, in its order
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
