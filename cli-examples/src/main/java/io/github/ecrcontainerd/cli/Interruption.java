package io.github.ecrcontainerd.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT (Ctrl-C), SIGTERM and SIGHUP interrupt the command's thread, and the JVM waits until the
 * command has cleaned up: its lease, its container, its half-made snapshot. The JVM's exit status
 * is then 128 and the number of the signal, whatever the command returns.
 */
final class Interruption {
  private static final long MAX_CLEAN_UP_SECONDS = 20;

  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean begun;

  private Interruption() {}

  /** Begins to pass on signals to the thread that calls this. */
  static Interruption ofThisThread() {
    Interruption interruption = new Interruption();
    Thread command = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> interruption.passTo(command)));
    return interruption;
  }

  /** Whether a signal has come while the command ran. */
  boolean hasBegun() {
    return begun;
  }

  /** The command has ended: nothing is to be interrupted any more. */
  void over() {
    over.countDown();
  }

  private void passTo(Thread command) {
    if (over.getCount() == 0) {
      return;
    }
    begun = true;
    command.interrupt();
    try {
      if (!over.await(MAX_CLEAN_UP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ecr: gave up waiting for the clean-up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
