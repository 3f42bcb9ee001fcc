package io.github.ecrcontainerd.containerd.internal.unpack;

import java.util.UUID;

/** The keys of snapshots that are being made, as containerd's own clients begin them. */
public final class UnpackKey {
  private static final String BEGIN = "extract-";

  private UnpackKey() {}

  /**
   * One that no other snapshot has.
   *
   * @param purpose what the snapshot is to become
   */
  public static String of(Object purpose) {
    return BEGIN + UUID.randomUUID() + " " + purpose;
  }
}
