package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.internal.proto.leases.AddResourceRequest;
import io.github.ecrcontainerd.containerd.internal.proto.leases.CreateRequest;
import io.github.ecrcontainerd.containerd.internal.proto.leases.DeleteRequest;
import io.github.ecrcontainerd.containerd.internal.proto.leases.LeasesGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.leases.ListRequest;
import io.github.ecrcontainerd.containerd.internal.proto.leases.ListResourcesRequest;
import io.github.ecrcontainerd.containerd.internal.proto.leases.Resource;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.lease.Leases;
import java.util.List;
import java.util.Map;

record GrpcLeases(Rpc rpc) implements Leases {

  @Override
  public Lease create(String id, Map<String, String> labels) throws InterruptedException {
    var request = CreateRequest.newBuilder().setId(id).putAllLabels(labels).build();
    return lease(rpc.call(LeasesGrpc.getCreateMethod(), request, id).getLease());
  }

  @Override
  public boolean delete(String id) throws InterruptedException {
    var request = DeleteRequest.newBuilder().setId(id).build();
    return rpc.remove(LeasesGrpc.getDeleteMethod(), request, id);
  }

  @Override
  public boolean deleteAndCollect(String id) throws InterruptedException {
    var request = DeleteRequest.newBuilder().setId(id).setSync(true).build();
    return rpc.patient().remove(LeasesGrpc.getDeleteMethod(), request, id);
  }

  @Override
  public List<Lease> list(String... filters) throws InterruptedException {
    var request = ListRequest.newBuilder().addAllFilters(List.of(filters)).build();
    return rpc.call(LeasesGrpc.getListMethod(), request, "").getLeasesList().stream()
        .map(GrpcLeases::lease)
        .toList();
  }

  @Override
  public void addResource(String id, LeaseResource resource) throws InterruptedException {
    var wire = Resource.newBuilder().setType(resource.type()).setId(resource.id());
    var request = AddResourceRequest.newBuilder().setId(id).setResource(wire).build();
    rpc.call(LeasesGrpc.getAddResourceMethod(), request, id);
  }

  @Override
  public List<LeaseResource> resources(String id) throws InterruptedException {
    var request = ListResourcesRequest.newBuilder().setId(id).build();
    return rpc.call(LeasesGrpc.getListResourcesMethod(), request, id).getResourcesList().stream()
        .map(resource -> new LeaseResource(resource.getType(), resource.getId()))
        .toList();
  }

  private static Lease lease(io.github.ecrcontainerd.containerd.internal.proto.leases.Lease wire) {
    return new Lease(wire.getId(), Wire.instant(wire.getCreatedAt()), wire.getLabelsMap());
  }
}
