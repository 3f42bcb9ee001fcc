package io.github.ecrcontainerd.containerd.introspection;

import io.github.ecrcontainerd.resolver.Platform;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A plugin of the daemon.
 *
 * @param type its type: {@code io.containerd.snapshotter.v1}
 * @param id its name among those of the type: {@code overlayfs}
 * @param platforms the platforms that it supports; empty for any
 * @param exports facts by key, for example its root directory
 * @param capabilities what it can do
 * @param error why it could not be started, if so
 */
public record Plugin(
    String type,
    String id,
    List<Platform> platforms,
    Map<String, String> exports,
    List<String> capabilities,
    Optional<String> error) {
  public Plugin {
    platforms = List.copyOf(platforms);
    exports = Map.copyOf(exports);
    capabilities = List.copyOf(capabilities);
  }
}
