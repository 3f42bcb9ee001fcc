package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.container.Containers;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.introspection.Introspection;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.Tasks;

/** The services of one daemon in one namespace. Safe for use by several threads at once. */
public interface ContainerdServices {

  /**
   * Returns the same services under a lease, which keeps all objects that are created through them
   * until the lease ends. They share the connection of these services.
   */
  ContainerdServices withLease(Lease lease);

  Introspection introspection();

  Namespaces namespaces();

  Leases leases();

  ContentStore content();

  Images images();

  /**
   * Returns the snapshots of one snapshotter.
   *
   * @param snapshotter its name, usually {@code overlayfs}
   */
  Snapshots snapshots(String snapshotter);

  Diff diff();

  Containers containers();

  Tasks tasks();
}
