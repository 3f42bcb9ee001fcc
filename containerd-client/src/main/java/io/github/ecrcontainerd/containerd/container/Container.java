package io.github.ecrcontainerd.containerd.container;

import java.time.Instant;
import java.util.Map;

/**
 * A container record, from which a task is created.
 *
 * @param id its name
 * @param image the name of its image, {@code ""} for none
 * @param runtime the runtime that runs it: {@code io.containerd.runc.v2}
 * @param snapshotter the snapshotter of its root file system
 * @param snapshotKey the snapshot's key there
 * @param spec its process and isolation: JSON of the OCI runtime specification
 * @param labels free text by key
 * @param createdAt when the record was created
 * @param updatedAt when it last changed
 */
public record Container(
    String id,
    String image,
    String runtime,
    String snapshotter,
    String snapshotKey,
    String spec,
    Map<String, String> labels,
    Instant createdAt,
    Instant updatedAt) {
  public Container {
    labels = Map.copyOf(labels);
  }
}
