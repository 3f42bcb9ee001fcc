package io.github.ecrcontainerd.it.faults;

/** When something goes wrong in a pull, a push or a copy. */
enum Moment {
  /** ECR is asked for the manifest. */
  BEFORE_THE_FIRST_BYTE,
  FIRST_BYTE,
  MIDDLE_OF_A_RANGE,
  LAST_BYTE,
  /** One layer has arrived, and no byte of the others. */
  BETWEEN_LAYERS,
  /** All bytes of the last layer have been sent, so it is being committed. */
  COMMIT,
  /** In the middle of a layer that the command unpacks while it arrives. */
  UNPACKING,
  /** The daemon has a snapshot that is not committed. */
  UNPACKING_BY_THE_DAEMON,
  /** A part of a layer is sent to ECR. */
  PUSH,
  /** In the middle of a layer of the source. */
  COPY;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
