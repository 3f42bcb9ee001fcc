package io.github.ecrcontainerd.containerd.internal.service;

import io.github.ecrcontainerd.containerd.internal.proto.namespaces.CreateNamespaceRequest;
import io.github.ecrcontainerd.containerd.internal.proto.namespaces.DeleteNamespaceRequest;
import io.github.ecrcontainerd.containerd.internal.proto.namespaces.ListNamespacesRequest;
import io.github.ecrcontainerd.containerd.internal.proto.namespaces.NamespacesGrpc;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.namespace.Namespace;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import java.util.List;
import java.util.Map;
import java.util.Optional;

record GrpcNamespaces(Rpc rpc) implements Namespaces {

  /** Uses the list, because Namespaces.Get also succeeds for namespaces that don't exist. */
  @Override
  public Optional<Namespace> get(String name) throws InterruptedException {
    return list().stream().filter(namespace -> namespace.name().equals(name)).findFirst();
  }

  @Override
  public List<Namespace> list() throws InterruptedException {
    var request = ListNamespacesRequest.getDefaultInstance();
    return rpc.call(NamespacesGrpc.getListMethod(), request, "").getNamespacesList().stream()
        .map(GrpcNamespaces::namespace)
        .toList();
  }

  @Override
  public Namespace create(String name, Map<String, String> labels) throws InterruptedException {
    var wire =
        io.github.ecrcontainerd.containerd.internal.proto.namespaces.Namespace.newBuilder()
            .setName(name)
            .putAllLabels(labels);
    var request = CreateNamespaceRequest.newBuilder().setNamespace(wire).build();
    return namespace(rpc.call(NamespacesGrpc.getCreateMethod(), request, name).getNamespace());
  }

  @Override
  public boolean delete(String name) throws InterruptedException {
    var request = DeleteNamespaceRequest.newBuilder().setName(name).build();
    return rpc.remove(NamespacesGrpc.getDeleteMethod(), request, name);
  }

  private static Namespace namespace(
      io.github.ecrcontainerd.containerd.internal.proto.namespaces.Namespace wire) {
    return new Namespace(wire.getName(), wire.getLabelsMap());
  }
}
