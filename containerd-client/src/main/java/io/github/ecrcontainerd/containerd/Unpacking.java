package io.github.ecrcontainerd.containerd;

/** Which process creates the snapshots of an image's layers. */
public enum Unpacking {
  /**
   * This process where it can, while the layers arrive; otherwise the daemon. This process can if
   * it runs as root on the daemon's host, the snapshotter is {@code overlayfs}, and the daemon sees
   * the files that it creates there.
   */
  AUTO,
  /** The daemon, once a layer and the layers below it are in the content store. */
  DAEMON,
  /**
   * As {@link #AUTO}, but if this process lacks root's rights or the snapshotter is another one,
   * the pull fails with {@link ContainerdException.Code#PERMISSION_DENIED}. The daemon still
   * unpacks layers with features that this process may not unpack exactly as the daemon does.
   */
  DIRECT
}
