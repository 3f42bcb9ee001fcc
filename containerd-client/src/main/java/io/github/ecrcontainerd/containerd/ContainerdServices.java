package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;

/** The services of one daemon in one namespace. Safe for use by several threads at once. */
public interface ContainerdServices {

  Leases leases();

  ContentStore content();

  Images images();

  /**
   * The snapshots in one snapshotter.
   *
   * @param snapshotter its name, {@code overlayfs} usually
   */
  Snapshots snapshots(String snapshotter);

  Diff diff();
}
