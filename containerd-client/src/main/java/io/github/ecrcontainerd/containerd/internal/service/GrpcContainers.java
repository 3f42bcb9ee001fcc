package io.github.ecrcontainerd.containerd.internal.service;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import io.github.ecrcontainerd.containerd.container.Container;
import io.github.ecrcontainerd.containerd.container.Containers;
import io.github.ecrcontainerd.containerd.container.NewContainer;
import io.github.ecrcontainerd.containerd.internal.proto.containers.ContainersGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.containers.CreateContainerRequest;
import io.github.ecrcontainerd.containerd.internal.proto.containers.DeleteContainerRequest;
import io.github.ecrcontainerd.containerd.internal.proto.containers.GetContainerRequest;
import io.github.ecrcontainerd.containerd.internal.proto.containers.ListContainersRequest;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import java.util.List;
import java.util.Optional;

record GrpcContainers(Rpc rpc) implements Containers {
  private static final String RUNTIME = "io.containerd.runc.v2";

  /** The name of the runtime specification in containerd's typeurl. Its bytes are JSON. */
  private static final String SPEC_TYPE = "types.containerd.io/opencontainers/runtime-spec/1/Spec";

  @Override
  public Optional<Container> get(String id) throws InterruptedException {
    var request = GetContainerRequest.newBuilder().setId(id).build();
    return rpc.find(ContainersGrpc.getGetMethod(), request, id)
        .map(response -> container(response.getContainer()));
  }

  @Override
  public List<Container> list(String... filters) throws InterruptedException {
    var request = ListContainersRequest.newBuilder().addAllFilters(List.of(filters)).build();
    return rpc.call(ContainersGrpc.getListMethod(), request, "").getContainersList().stream()
        .map(GrpcContainers::container)
        .toList();
  }

  @Override
  public Container create(NewContainer container) throws InterruptedException {
    var wire =
        io.github.ecrcontainerd.containerd.internal.proto.containers.Container.newBuilder()
            .setId(container.id())
            .setImage(container.image())
            .setSnapshotter(container.snapshotter())
            .setSnapshotKey(container.snapshotKey())
            .setSpec(
                Any.newBuilder()
                    .setTypeUrl(SPEC_TYPE)
                    .setValue(ByteString.copyFromUtf8(container.spec())))
            .putAllLabels(container.labels());
    wire.getRuntimeBuilder().setName(RUNTIME);
    var request = CreateContainerRequest.newBuilder().setContainer(wire).build();
    return container(
        rpc.call(ContainersGrpc.getCreateMethod(), request, container.id()).getContainer());
  }

  @Override
  public boolean delete(String id) throws InterruptedException {
    var request = DeleteContainerRequest.newBuilder().setId(id).build();
    return rpc.remove(ContainersGrpc.getDeleteMethod(), request, id);
  }

  private static Container container(
      io.github.ecrcontainerd.containerd.internal.proto.containers.Container wire) {
    return new Container(
        wire.getId(),
        wire.getImage(),
        wire.getRuntime().getName(),
        wire.getSnapshotter(),
        wire.getSnapshotKey(),
        wire.getSpec().getValue().toStringUtf8(),
        wire.getLabelsMap(),
        Wire.instant(wire.getCreatedAt()),
        Wire.instant(wire.getUpdatedAt()));
  }
}
