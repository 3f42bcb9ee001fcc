package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which containerd. */
final class DaemonOptions {
  @Option(
      names = {"-a", "--address"},
      paramLabel = "SOCKET",
      description =
          "containerd's socket (default: CONTAINERD_ADDRESS, or /run/containerd/containerd.sock)")
  Optional<String> address = Optional.empty();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "containerd's namespace (default: CONTAINERD_NAMESPACE, or default)")
  Optional<String> namespace = Optional.empty();

  @Option(
      names = "--snapshotter",
      paramLabel = "NAME",
      description = "where layers are unpacked (default: CONTAINERD_SNAPSHOTTER, or overlayfs)")
  Optional<String> snapshotter = Optional.empty();

  ContainerdClient connect() {
    ContainerdClient.Builder builder = ContainerdClient.builder();
    address.ifPresent(builder::address);
    namespace.ifPresent(builder::namespace);
    return builder.build();
  }

  String snapshotter() {
    return snapshotter.or(() -> Environment.get("CONTAINERD_SNAPSHOTTER")).orElse("overlayfs");
  }
}
