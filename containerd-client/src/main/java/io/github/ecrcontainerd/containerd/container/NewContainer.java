package io.github.ecrcontainerd.containerd.container;

import java.util.Map;

/**
 * A container record to be made.
 *
 * @param id its name
 * @param image the name of the image that it is of, for people; {@code ""} for none
 * @param snapshotter where its root file system is
 * @param snapshotKey and under which key; the record keeps it from the garbage collector
 * @param spec what runs in it: JSON of the OCI runtime specification, see {@link RuntimeSpec#json}
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
