package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;

/** All services by the same kind of calls. */
public record GrpcServices(Rpc rpc) implements ContainerdServices {

  @Override
  public Leases leases() {
    return new GrpcLeases(rpc);
  }

  @Override
  public ContentStore content() {
    return new GrpcContentStore(rpc);
  }

  @Override
  public Images images() {
    return new GrpcImages(rpc);
  }

  @Override
  public Snapshots snapshots(String snapshotter) {
    return new GrpcSnapshots(rpc, snapshotter);
  }

  @Override
  public Diff diff() {
    return new GrpcDiff(rpc);
  }
}
