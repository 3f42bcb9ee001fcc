package io.github.ecrcontainerd.containerd.internal.run;

/** Runs a step and then its undo action. */
final class Unwound {

  /** Work with a result. */
  @FunctionalInterface
  interface Step<T, E extends Exception> {
    T run() throws E, InterruptedException;
  }

  /** The action that undoes a step. */
  @FunctionalInterface
  interface Undo {
    void run() throws InterruptedException;
  }

  private Unwound() {}

  /** Runs both. A failure of the second never hides one of the first. */
  static <T, E extends Exception> T run(Step<T, E> step, Undo undo) throws E, InterruptedException {
    T value;
    try {
      value = step.run();
    } catch (Throwable failure) {
      try {
        undo.run();
      } catch (RuntimeException e) {
        failure.addSuppressed(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        failure.addSuppressed(e);
      }
      throw failure;
    }
    undo.run();
    return value;
  }
}
