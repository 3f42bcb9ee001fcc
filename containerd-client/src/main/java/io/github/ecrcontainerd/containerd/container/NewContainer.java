package io.github.ecrcontainerd.containerd.container;

import java.util.Map;

/**
 * A container record to create.
 *
 * @param id its name
 * @param image the name of its image, for information only; {@code ""} for none
 * @param snapshotter the snapshotter of its root file system
 * @param snapshotKey the snapshot's key there; the record protects the snapshot from the garbage
 *     collector
 * @param spec its process and isolation: JSON of the OCI runtime specification, see {@link
 *     RuntimeSpec#json}
 * @param labels free text by key
 */
public record NewContainer(
    String id,
    String image,
    String snapshotter,
    String snapshotKey,
    String spec,
    Map<String, String> labels) {
  public NewContainer {
    labels = Map.copyOf(labels);
  }
}
