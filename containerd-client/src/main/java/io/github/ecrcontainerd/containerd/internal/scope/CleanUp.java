package io.github.ecrcontainerd.containerd.internal.scope;

/** Clean-up that an interrupt doesn't prevent. */
public final class CleanUp {

  /** What is cleaned up. */
  @FunctionalInterface
  public interface Work {
    void run() throws InterruptedException;
  }

  private CleanUp() {}

  /**
   * Does the work although the thread may be interrupted already, and interrupts the thread again
   * afterwards.
   */
  public static void run(Work work) {
    boolean interrupted = Thread.interrupted();
    try {
      work.run();
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
