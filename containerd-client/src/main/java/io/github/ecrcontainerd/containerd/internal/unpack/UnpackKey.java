package io.github.ecrcontainerd.containerd.internal.unpack;

import java.util.UUID;

/**
 * The keys of snapshots that are being unpacked, with the same prefix as in containerd's own
 * clients.
 */
public final class UnpackKey {
  private static final String BEGIN = "extract-";

  private UnpackKey() {}

  /**
   * Returns a unique key.
   *
   * @param purpose the purpose of the snapshot
   */
  public static String of(Object purpose) {
    return BEGIN + UUID.randomUUID() + " " + purpose;
  }
}
