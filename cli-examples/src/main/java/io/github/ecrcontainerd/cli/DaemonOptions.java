package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import java.util.Optional;
import java.util.function.Supplier;

/** Which containerd. */
final class DaemonOptions {
  private final Options options;
  private final Supplier<Optional<String>> address;
  private final Supplier<Optional<String>> namespace;

  DaemonOptions(Options options) {
    this.options = options;
    address =
        options.value(
            "-a --address",
            "SOCKET",
            String.class,
            "containerd's socket (default: CONTAINERD_ADDRESS, or your rootless containerd's, or"
                + " /run/containerd/containerd.sock)");
    namespace =
        options.value(
            "-n --namespace",
            "NAME",
            String.class,
            "containerd's namespace (default: CONTAINERD_NAMESPACE, or default)");
  }

  /** The option that chooses the snapshotter, for a command that makes or uses snapshots. */
  static Supplier<Optional<String>> snapshotter(Options options) {
    Supplier<Optional<String>> given =
        options.value(
            "--snapshotter",
            "NAME",
            String.class,
            "the snapshotter for the layers (default: CONTAINERD_SNAPSHOTTER, or the one in the"
                + " namespace's label containerd.io/defaults/snapshotter, or overlayfs)");
    return () -> given.get().or(() -> Environment.get("CONTAINERD_SNAPSHOTTER"));
  }

  ContainerdClient connect() {
    try {
      ContainerdClient.Builder builder = ContainerdClient.builder();
      address.get().ifPresent(builder::address);
      namespace.get().ifPresent(builder::namespace);
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw options.wrong(e);
    }
  }
}
