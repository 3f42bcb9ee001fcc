package io.github.ecrcontainerd.containerd.image;

import io.github.ecrcontainerd.resolver.Descriptor;
import java.time.Instant;
import java.util.Map;

/**
 * An image record.
 *
 * @param name its name, a reference
 * @param target the manifest or index that it names
 * @param labels free text by key
 * @param createdAt when the record was created
 * @param updatedAt when it last changed
 */
public record Image(
    String name,
    Descriptor target,
    Map<String, String> labels,
    Instant createdAt,
    Instant updatedAt) {
  public Image {
    labels = Map.copyOf(labels);
  }
}
