package io.github.ecrcontainerd.it.registry;

/** Where something happens in a layer, or in a range of it. */
public enum Place {
  FIRST_BYTE,
  MIDDLE,
  LAST_BYTE;

  /** The byte's position, from 0. */
  public long in(long size) {
    return switch (this) {
      case FIRST_BYTE -> 0;
      case MIDDLE -> size / 2;
      case LAST_BYTE -> size - 1;
    };
  }
}
