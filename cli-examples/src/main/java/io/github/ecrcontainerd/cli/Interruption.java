package io.github.ecrcontainerd.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What ends a command before its work is done: it interrupts the command's thread, which cleans up:
 * its lease, its container, its half-made snapshot. For SIGINT (Ctrl-C), SIGTERM and SIGHUP the JVM
 * waits until it has. The JVM's exit status is then 128 and the number of the signal, whatever the
 * command returns. The end of its time is an error like others.
 */
final class Interruption {
  private static final long MAX_CLEAN_UP_SECONDS = 20;

  private final Thread command;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile @Nullable String reason;

  private Interruption(Thread command) {
    this.command = command;
  }

  /** Begins to pass on signals to the thread that calls this. */
  static Interruption ofThisThread() {
    Interruption interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().unstarted(interruption::passOnASignal));
    return interruption;
  }

  /** Ends the command when it has taken that long. */
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

  /** The command has ended: nothing is to be interrupted any more. */
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
