package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Resolution;

/**
 * Is told how a pull goes: {@link #resolved} first, then what {@link ContentListener} says of each
 * manifest and blob; and for each layer {@link #unpacking} and {@link #unpacked}. Layers travel and
 * are unpacked at the same time, so calls come from several threads. A call must not block; what it
 * throws ends the operation.
 */
public interface PullListener extends ContentListener {

  /** The registry said what the reference names. */
  default void resolved(Resolution image) {}

  /**
   * The pull goes on, and the user may not get what was expected: an image for another platform, or
   * content that isn't unpacked.
   *
   * @param message one line that says why
   */
  default void warning(String message) {}

  /** A layer is about to be unpacked. */
  default void unpacking(Descriptor layer) {}

  /**
   * A layer that was to be unpacked while it arrived ({@link Unpacking}) is left to the daemon.
   *
   * @param reason what it has, or what failed, that isn't done here
   */
  default void leftToTheDaemon(Descriptor layer, String reason) {}

  /**
   * No layer will be unpacked while it arrives, though {@link Unpacking#AUTO} would have it so: the
   * daemon unpacks them.
   *
   * @param reason what this process may not do or doesn't know of
   */
  default void allLeftToTheDaemon(String reason) {}

  /** The layer is unpacked, now or since an earlier pull. */
  default void unpacked(Descriptor layer) {}
}
