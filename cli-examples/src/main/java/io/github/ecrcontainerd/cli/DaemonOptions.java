package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which containerd. */
final class DaemonOptions {
  @Spec(Spec.Target.MIXEE)
  CommandSpec command = CommandSpec.create();

  @Option(
      names = {"-a", "--address"},
      paramLabel = "SOCKET",
      description =
          "containerd's socket (default: CONTAINERD_ADDRESS, or your rootless containerd's, or"
              + " /run/containerd/containerd.sock)")
  Optional<String> address = Optional.empty();

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NAME",
      description = "containerd's namespace (default: CONTAINERD_NAMESPACE, or default)")
  Optional<String> namespace = Optional.empty();

  @Option(
      names = "--snapshotter",
      paramLabel = "NAME",
      description =
          "where layers are unpacked (default: CONTAINERD_SNAPSHOTTER, or what the"
              + " namespace's label containerd.io/defaults/snapshotter says, or overlayfs)")
  Optional<String> snapshotter = Optional.empty();

  ContainerdClient connect() {
    try {
      ContainerdClient.Builder builder = ContainerdClient.builder();
      address.ifPresent(builder::address);
      namespace.ifPresent(builder::namespace);
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  Optional<String> snapshotter() {
    return snapshotter.or(() -> Environment.get("CONTAINERD_SNAPSHOTTER"));
  }
}
