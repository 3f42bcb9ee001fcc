package io.github.ecrcontainerd.containerd.oci;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * The ID of a stack of layers (OCI image specification, "Layer ChainID"), which is a snapshot's
 * name in containerd.
 */
final class ChainId {

  private ChainId() {}

  /**
   * Returns the chain ID up to each layer. The first is the diff ID of the lowest layer; each other
   * one is a hash of the chain ID before it and the layer's diff ID.
   */
  static List<Digest> of(List<Digest> diffIds) {
    List<Digest> chain = new ArrayList<>();
    for (Digest diffId : diffIds) {
      chain.add(
          chain.isEmpty()
              ? diffId
              : Digest.sha256((chain.getLast() + " " + diffId).getBytes(US_ASCII)));
    }
    return chain;
  }
}
