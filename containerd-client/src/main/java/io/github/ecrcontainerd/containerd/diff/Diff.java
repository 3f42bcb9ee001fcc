package io.github.ecrcontainerd.containerd.diff;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;

/** Applies layers to snapshots. Safe for use by several threads at once. */
public interface Diff {

  /**
   * Unpacks a layer from the content store onto a snapshot, which the daemon mounts.
   *
   * @param layer the layer, with any compression that the daemon supports
   * @param mounts the mounts of the snapshot, as {@code Snapshots.prepare} returned them
   * @return the descriptor of the uncompressed layer, whose digest is the layer's diff ID. The
   *     daemon doesn't compare it with the image's configuration
   * @throws ContainerdException if the daemon can't apply it
   * @throws InterruptedException if the thread is interrupted while it waits; the daemon stops its
   *     work on the snapshot
   */
  Descriptor apply(Descriptor layer, List<Mount> mounts) throws InterruptedException;
}
