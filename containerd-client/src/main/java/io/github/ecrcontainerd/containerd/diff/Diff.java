package io.github.ecrcontainerd.containerd.diff;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/** Layers become files. Safe for use by several threads at once. */
public interface Diff {

  /**
   * Unpacks a layer from the content store onto a mounted snapshot; the daemon mounts it.
   *
   * @param layer the layer, in any compression that the daemon knows
   * @param mounts where to, as {@code Snapshots.prepare} returned them
   * @return the layer without compression: its digest is what the image's configuration calls the
   *     layer's diff ID. The daemon compares nothing
   * @throws ContainerdException if the daemon can't
   * @throws InterruptedException if the thread is interrupted while it waits; the daemon ends its
   *     work on the snapshot
   */
  Descriptor apply(Descriptor layer, List<Mount> mounts) throws InterruptedException;
}
