package io.github.ecrcontainerd.containerd.internal.scope;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Creates an object in the daemon that has to be removed later. An interrupt doesn't cancel the
 * call, because the daemon could create the object after its removal. Instead this waits for the
 * call, and then removes the created object.
 */
public final class Creation {
  /** How long to wait for the daemon's answer after an interrupt. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private Creation() {}

  /**
   * Creates the object.
   *
   * @param removal removes the object if it is created although the thread was interrupted
   * @throws InterruptedException if the thread is interrupted; the object then doesn't exist
   */
  public static <T> T run(Callable<T> creation, CleanUp.Work removal) throws InterruptedException {
    FutureTask<T> made = new FutureTask<>(creation);
    Thread.startVirtualThread(made);
    try {
      return made.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      CleanUp.run(
          () -> {
            if (isMade(made)) {
              removal.run();
            }
          });
      throw e;
    }
  }

  private static boolean isMade(FutureTask<?> made) throws InterruptedException {
    try {
      var _ = made.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      return false;
    } catch (TimeoutException e) {
      made.cancel(true);
      return false;
    }
  }

  private static RuntimeException failure(Throwable cause) throws InterruptedException {
    return switch (cause) {
      case RuntimeException failure -> failure;
      case InterruptedException interrupt -> throw interrupt;
      default -> new IllegalStateException(cause);
    };
  }
}
