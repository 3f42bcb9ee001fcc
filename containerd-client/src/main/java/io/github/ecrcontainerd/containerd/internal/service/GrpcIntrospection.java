package io.github.ecrcontainerd.containerd.internal.service;

import com.google.protobuf.Empty;
import io.github.ecrcontainerd.containerd.internal.proto.introspection.IntrospectionGrpc;
import io.github.ecrcontainerd.containerd.internal.proto.introspection.PluginsRequest;
import io.github.ecrcontainerd.containerd.internal.proto.version.VersionGrpc;
import io.github.ecrcontainerd.containerd.internal.rpc.Rpc;
import io.github.ecrcontainerd.containerd.introspection.Introspection;
import io.github.ecrcontainerd.containerd.introspection.Plugin;
import io.github.ecrcontainerd.containerd.introspection.Server;
import io.github.ecrcontainerd.containerd.introspection.Version;
import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

record GrpcIntrospection(Rpc rpc) implements Introspection {

  @Override
  public Version version() throws InterruptedException {
    var response = rpc.call(VersionGrpc.getVersionMethod(), Empty.getDefaultInstance(), "");
    return new Version(response.getVersion(), response.getRevision());
  }

  @Override
  public Server server() throws InterruptedException {
    var response = rpc.call(IntrospectionGrpc.getServerMethod(), Empty.getDefaultInstance(), "");
    return new Server(
        response.getUuid(),
        response.getPid() == 0 ? OptionalLong.empty() : OptionalLong.of(response.getPid()));
  }

  @Override
  public List<Plugin> plugins(String... filters) throws InterruptedException {
    var request = PluginsRequest.newBuilder().addAllFilters(List.of(filters)).build();
    return rpc.call(IntrospectionGrpc.getPluginsMethod(), request, "").getPluginsList().stream()
        .map(GrpcIntrospection::plugin)
        .toList();
  }

  private static Plugin plugin(
      io.github.ecrcontainerd.containerd.internal.proto.introspection.Plugin wire) {
    return new Plugin(
        wire.getType(),
        wire.getId(),
        wire.getPlatformsList().stream()
            .map(
                p -> new Platform(p.getOs(), p.getArchitecture(), p.getVariant(), p.getOsVersion()))
            .toList(),
        wire.getExportsMap(),
        wire.getCapabilitiesList(),
        wire.hasInitErr() ? Optional.of(wire.getInitErr().getMessage()) : Optional.empty());
  }
}
