package io.github.ecrcontainerd.it.bench;

import java.util.concurrent.TimeUnit;

/**
 * What Ctrl-C and SIGTERM do: the work of the thread that made this ends, and the JVM goes on until
 * the thread has taken back what it made. Only {@link #interruptible} work is interrupted, and
 * never what starts or removes something.
 */
final class Ending {
  private static final long PATIENCE_SECONDS = 60;

  private final Thread worker = Thread.currentThread();
  private final Thread hook = new Thread(this::end, "bench-end");
  private boolean begun;
  private boolean interruptible;

  /** Work that may be interrupted. */
  @FunctionalInterface
  interface Work {
    void run() throws InterruptedException;
  }

  Ending() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  synchronized boolean hasBegun() {
    return begun;
  }

  /**
   * Does work that an end interrupts.
   *
   * @throws InterruptedException if the end has begun, before the work or during it
   */
  void interruptible(Work work) throws InterruptedException {
    synchronized (this) {
      if (begun) {
        throw new InterruptedException();
      }
      interruptible = true;
    }
    try {
      work.run();
    } finally {
      synchronized (this) {
        interruptible = false;
        var _ = Thread.interrupted();
      }
    }
  }

  private void end() {
    synchronized (this) {
      begun = true;
      if (interruptible) {
        worker.interrupt();
      }
    }
    try {
      worker.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the JVM, unless it does so already. */
  void exit(int status) {
    if (!hasBegun()) {
      Runtime.getRuntime().removeShutdownHook(hook);
      System.exit(status);
    }
  }
}
