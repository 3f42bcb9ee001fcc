package io.github.ecrcontainerd.it.faults;

/** How the command ended in which something went wrong. Each is right where it may happen. */
enum Outcome {
  /** It got over it, or was faster. */
  SUCCESS,
  /** It ended with the one error that it may end with. */
  ERROR,
  /** It was ended by the signal. */
  SIGNAL;

  @Override
  public String toString() {
    return Words.of(this);
  }
}
