package io.github.ecrcontainerd.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a command early: interrupts the command's thread, which then cleans up its lease, its
 * container and its unfinished snapshots. After SIGINT (Ctrl-C), SIGTERM and SIGHUP the JVM waits
 * for that. Its exit status is then 128 plus the number of the signal, whatever the command
 * returns. A timeout is an error like others.
 */
final class Interruption {
  private static final long MAX_CLEAN_UP_SECONDS = 20;

  private final Thread command;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable String reason;

  private Interruption(Thread command) {
    this.command = command;
  }

  /** Begins to pass signals on to the calling thread. */
  static Interruption ofThisThread() {
    Interruption interruption = new Interruption(Thread.currentThread());
    try {
      Runtime.getRuntime()
          .addShutdownHook(Thread.ofPlatform().unstarted(interruption::passOnASignal));
    } catch (IllegalStateException e) {
      // The signal came first: the JVM is ending already, and waits for nobody any more.
      interruption.begin("interrupted");
    }
    return interruption;
  }

  /** Ends the command after this time. */
  void after(Duration limit) {
    Thread.ofVirtual()
        .name("ecr-timeout")
        .start(
            () -> {
              try {
                if (!over.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                  begin("it took longer than %d s (--timeout)".formatted(limit.toSeconds()));
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  /** Why the command was interrupted, if it was. */
  Optional<String> reason() {
    return Optional.ofNullable(reason);
  }

  private void begin(String why) {
    reason = why;
    command.interrupt();
  }

  /** The command has ended: nothing is interrupted any more. */
  void over() {
    over.countDown();
  }

  private void passOnASignal() {
    if (over.getCount() == 0) {
      return;
    }
    begin("interrupted");
    try {
      if (!over.await(MAX_CLEAN_UP_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ecr: gave up waiting for the clean-up");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
