package io.github.ecrcontainerd.containerd.container;

import java.time.Instant;
import java.util.Map;

/**
 * A container record: what a task is made from.
 *
 * @param id its name
 * @param image the name of the image that it is of, {@code ""} for none
 * @param runtime what runs it: {@code io.containerd.runc.v2}
 * @param snapshotter where its root file system is
 * @param snapshotKey and under which key
 * @param spec what runs in it: JSON of the OCI runtime specification
 * @param labels free text by key
 * @param createdAt when the record was made
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
