package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Resolution;

/**
 * Receives the progress of a pull: {@link #resolved} first, then the events of {@link
 * ContentListener} for each manifest and blob, and {@link #unpacking} and {@link #unpacked} for
 * each layer. Layers are transferred and unpacked concurrently, so several threads call the
 * listener. A call must not block; an exception from it fails the pull.
 */
public interface PullListener extends ContentListener {

  /** The registry resolved the reference. */
  default void resolved(Resolution image) {}

  /**
   * The pull continues, but the result may not be what the user expects: an image for another
   * platform, or content that isn't unpacked.
   *
   * @param message one line that says why
   */
  default void warning(String message) {}

  /** A layer is about to be unpacked. */
  default void unpacking(Descriptor layer) {}

  /**
   * The daemon will unpack a layer that this process was to unpack while it arrived ({@link
   * Unpacking}).
   *
   * @param reason the feature of the layer that this process doesn't support, or the failure
   */
  default void leftToTheDaemon(Descriptor layer, String reason) {}

  /**
   * The daemon will unpack all layers, although {@link Unpacking#AUTO} prefers to unpack them while
   * they arrive.
   *
   * @param reason what this process is not permitted to do, or doesn't support
   */
  default void allLeftToTheDaemon(String reason) {}

  /** The layer is unpacked, now or since an earlier pull. */
  default void unpacked(Descriptor layer) {}
}
