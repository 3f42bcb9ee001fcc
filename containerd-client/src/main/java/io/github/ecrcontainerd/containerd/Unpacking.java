package io.github.ecrcontainerd.containerd;

/** Who makes snapshots of an image's layers. */
public enum Unpacking {
  /** This process where it can, the daemon elsewhere. */
  AUTO,
  /** The daemon, when a layer and those below it are there. */
  DAEMON,
  /**
   * This process, while the layers arrive: it has to be root on the daemon's host, or to have the
   * rights of root; else the pull fails, {@link ContainerdException.Code#PERMISSION_DENIED}. What a
   * layer has that this process doesn't know for sure to unpack as the daemon would is left to the
   * daemon.
   */
  DIRECT
}
