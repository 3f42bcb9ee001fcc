package io.github.ecrcontainerd.containerd.container;

import java.io.OutputStream;
import java.util.UUID;

/**
 * Options of a container that runs once, from a snapshot. {@link RunOptions} is for a container of
 * an image.
 *
 * @param id the name of the container, task and snapshot while it runs
 * @param image the name of the image, for people; {@code ""} for none
 * @param snapshotter the snapshotter of the parent
 * @param parent the snapshot to run from: the chain ID of an image's last layer; {@code ""} for an
 *     empty root file system
 * @param spec its process and isolation
 * @param stdout receives its standard output; not closed
 * @param stderr receives its standard error; not closed
 */
public record ContainerOptions(
    String id,
    String image,
    String snapshotter,
    String parent,
    RuntimeSpec spec,
    OutputStream stdout,
    OutputStream stderr) {

  /** A container with a random name that shares this program's output streams. */
  public static ContainerOptions of(
      String image, String snapshotter, String parent, RuntimeSpec spec) {
    return new ContainerOptions(
        "run-" + UUID.randomUUID(), image, snapshotter, parent, spec, System.out, System.err);
  }

  /** Returns these options with other output streams. */
  public ContainerOptions withOutput(OutputStream out, OutputStream err) {
    return new ContainerOptions(id, image, snapshotter, parent, spec, out, err);
  }
}
