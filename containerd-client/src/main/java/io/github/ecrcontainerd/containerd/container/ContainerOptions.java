package io.github.ecrcontainerd.containerd.container;

import java.io.OutputStream;
import java.util.UUID;

/**
 * A container to be run once, from a snapshot; {@link RunOptions} is for one of an image.
 *
 * @param id the name of container, task and snapshot meanwhile
 * @param image the name of the image, for people; {@code ""} for none
 * @param snapshotter where the snapshot is
 * @param parent the snapshot: the chain ID of an image's last layer; {@code ""} for an empty root
 *     file system
 * @param spec what runs in it
 * @param stdout where its output goes; left open
 * @param stderr where its errors go; left open
 */
public record ContainerOptions(
    String id,
    String image,
    String snapshotter,
    String parent,
    RuntimeSpec spec,
    OutputStream stdout,
    OutputStream stderr) {

  /** A container with a name of its own, whose output is that of this program. */
  public static ContainerOptions of(
      String image, String snapshotter, String parent, RuntimeSpec spec) {
    return new ContainerOptions(
        "run-" + UUID.randomUUID(), image, snapshotter, parent, spec, System.out, System.err);
  }

  /** The same, with its output elsewhere. */
  public ContainerOptions withOutput(OutputStream out, OutputStream err) {
    return new ContainerOptions(id, image, snapshotter, parent, spec, out, err);
  }
}
