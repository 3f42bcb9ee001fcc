package io.github.ecrcontainerd.containerd.namespace;

import java.util.Map;

/**
 * A namespace.
 *
 * @param name its name
 * @param labels free text by key; the daemon reads defaults from some of them
 */
public record Namespace(String name, Map<String, String> labels) {
  public Namespace {
    labels = Map.copyOf(labels);
  }
}
