package io.github.ecrcontainerd.containerd.container;

import java.io.OutputStream;
import java.util.UUID;

/**
 * A container to be run once, from an unpacked image.
 *
 * @param id the name of container, task and snapshot meanwhile
 * @param image the name of the image, for people; {@code ""} for none
 * @param snapshotter where the image is unpacked
 * @param parent its topmost snapshot: the chain ID of the last layer
 * @param spec what runs in it
 * @param stdout where its output goes; left open
 * @param stderr where its errors go; left open
 */
public record RunOptions(
    String id,
    String image,
    String snapshotter,
    String parent,
    RuntimeSpec spec,
    OutputStream stdout,
    OutputStream stderr) {

  /** A container with a name of its own, whose output is that of this program. */
  public static RunOptions of(String image, String snapshotter, String parent, RuntimeSpec spec) {
    return new RunOptions(
        "run-" + UUID.randomUUID(), image, snapshotter, parent, spec, System.out, System.err);
  }

  /** The same, with its output elsewhere. */
  public RunOptions withOutput(OutputStream out, OutputStream err) {
    return new RunOptions(id, image, snapshotter, parent, spec, out, err);
  }
}
