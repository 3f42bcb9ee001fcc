package io.github.ecrcontainerd.containerd.internal.scope;

/** Clean-up that an interrupt doesn't prevent. */
public final class CleanUp {

  /** The work of a clean-up. */
  @FunctionalInterface
  public interface Work {
    void run() throws InterruptedException;
  }

  private CleanUp() {}

  /**
   * Runs the work even if the thread is interrupted, and restores the interrupt status afterwards.
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
