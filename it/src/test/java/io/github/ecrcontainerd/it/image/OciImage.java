package io.github.ecrcontainerd.it.image;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An image in a layout.
 *
 * @param manifest its descriptor, with the platform for an index
 * @param config its configuration
 * @param layers from the lowest to the highest
 * @param diffIds the digests of the layers' tar archives, in the same order
 */
public record OciImage(
    Descriptor manifest, Descriptor config, List<Descriptor> layers, List<Digest> diffIds) {

  /**
   * The name of the snapshot of all layers: "Layer ChainID" in the OCI image specification's
   * configuration document.
   */
  public Digest chainId() {
    return diffIds.stream()
        .reduce(
            (below, diffId) ->
                Digest.sha256((below + " " + diffId).getBytes(StandardCharsets.UTF_8)))
        .orElseThrow();
  }
}
