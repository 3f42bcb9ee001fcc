package io.github.ecrcontainerd.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM interrupt the command's thread, and the JVM waits until it has cleaned up
 * behind itself: its lease, its container, its half-made snapshot.
 */
final class Interruption {
  private static final long LONGEST_SECONDS = 20;

  private final CountDownLatch over = new CountDownLatch(1);

  private Interruption() {}

  /** Begins to pass on signals to the thread that calls this. */
  static Interruption ofThisThread() {
    Interruption interruption = new Interruption();
    Thread command = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(() -> interruption.passTo(command)));
    return interruption;
  }

  /** The command has ended: nothing is to be interrupted any more. */
  void over() {
    over.countDown();
  }

  private void passTo(Thread command) {
    if (over.getCount() == 0) {
      return;
    }
    command.interrupt();
    try {
      if (!over.await(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ecr: gave up waiting for the clean-up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
