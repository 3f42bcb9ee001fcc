package io.github.ecrcontainerd.containerd.oci;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.ecrcontainerd.resolver.Digest;
import java.util.ArrayList;
import java.util.List;

/**
 * The name of a stack of layers (OCI image specification, "Layer ChainID"): a snapshot's name in
 * containerd.
 */
final class ChainId {

  private ChainId() {}

  /** The chain ID up to each layer: the first is its diff ID, each other hashes those before it. */
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
