package io.github.ecrcontainerd.containerd;

/** Who makes snapshots of an image's layers. */
public enum Unpacking {
  /**
   * This process where it can, while the layers arrive; the daemon elsewhere. It can as root on the
   * daemon's host, in the snapshotter {@code overlayfs}, when the daemon sees what is made there.
   */
  AUTO,
  /** The daemon, when a layer and those below it are there. */
  DAEMON,
  /**
   * The same, but where this process lacks the rights of root, or the snapshotter is another, the
   * pull fails, {@link ContainerdException.Code#PERMISSION_DENIED}. What a layer has that this
   * process doesn't know for sure to unpack as the daemon would is left to the daemon.
   */
  DIRECT
}
