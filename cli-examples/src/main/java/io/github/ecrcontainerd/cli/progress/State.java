package io.github.ecrcontainerd.cli.progress;

/** The state of one manifest or blob. */
enum State {
  WAITING,
  GOING,
  RESUMING,
  RETRYING,
  EXISTS,
  TRANSFERRED,
  UNPACKING,
  UNPACKED,
  FAILED;

  /** Whether it is being transferred. */
  boolean isMoving() {
    return this == GOING || this == RESUMING || this == RETRYING;
  }

  /** Whether it is finished, as far as is known. */
  boolean isOver() {
    return this == EXISTS || this == TRANSFERRED || this == UNPACKED;
  }

  String word(Direction direction) {
    return switch (this) {
      case WAITING -> "waiting";
      case GOING -> direction.going();
      case RESUMING -> "resuming";
      case RETRYING -> "retrying";
      case EXISTS -> "exists";
      case TRANSFERRED -> direction.done();
      case UNPACKING -> "unpacking";
      case UNPACKED -> "done";
      case FAILED -> "failed";
    };
  }
}
