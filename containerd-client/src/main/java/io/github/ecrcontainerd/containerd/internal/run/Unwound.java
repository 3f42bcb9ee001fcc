package io.github.ecrcontainerd.containerd.internal.run;

/** A step and what undoes it. */
final class Unwound {

  /** Work that ends in a value. */
  @FunctionalInterface
  interface Step<T, E extends Exception> {
    T run() throws E, InterruptedException;
  }

  /** What is left to do after it. */
  @FunctionalInterface
  interface Undo {
    void run() throws InterruptedException;
  }

  private Unwound() {}

  /** Runs both; an error of the second never hides one of the first. */
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
