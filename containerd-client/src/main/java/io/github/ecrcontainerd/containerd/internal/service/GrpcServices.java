package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.container.Containers;
import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.diff.Diff;
import io.github.ecrcontainerd.containerd.image.Images;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.introspection.Introspection;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.Tasks;

/** All services over gRPC. */
public record GrpcServices(Rpc rpc) implements ContainerdServices {

  @Override
  public ContainerdServices withLease(Lease lease) {
    return new GrpcServices(rpc.withLease(lease.id()));
  }

  @Override
  public Introspection introspection() {
    return new GrpcIntrospection(rpc);
  }

  @Override
  public Namespaces namespaces() {
    return new GrpcNamespaces(rpc);
  }

  @Override
  public Containers containers() {
    return new GrpcContainers(rpc);
  }

  @Override
  public Tasks tasks() {
    return new GrpcTasks(rpc);
  }

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
