package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/**
 * What a pull, push or copy would transfer, given the current content of its destination. Planning
 * reads manifests and indexes, which are small, but no blobs, and stores nothing.
 *
 * @param root the manifest or index that would be stored or tagged
 * @param present what the destination has, which would not be transferred
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
