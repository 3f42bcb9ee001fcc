package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * What a pull, push or copy would move, as its destination is now. Manifests and indexes, which are
 * small, were read for it; no blob was, and nothing was stored.
 *
 * @param root the manifest or index that would be kept or tagged
 * @param present what the destination has: it would not be transferred
 * @param missing what would be transferred, in this order
 */
public record TransferPlan(Descriptor root, List<Descriptor> present, List<Descriptor> missing) {
  public TransferPlan {
    present = List.copyOf(present);
    missing = List.copyOf(missing);
  }

  /** How many bytes would be transferred. */
  public long missingBytes() {
    return bytes(missing);
  }

  /** How many bytes the destination has. */
  public long presentBytes() {
    return bytes(present);
  }

  private static long bytes(List<Descriptor> contents) {
    return contents.stream().mapToLong(Descriptor::size).sum();
  }
}
