package io.github.ecrcontainerd.it;

/** Where something happens in a layer, or in a range of it. */
enum Place {
  FIRST_BYTE,
  MIDDLE,
  LAST_BYTE;

  /** The byte's position, from 0. */
  long in(long size) {
    return switch (this) {
      case FIRST_BYTE -> 0;
      case MIDDLE -> size / 2;
      case LAST_BYTE -> size - 1;
    };
  }
}
