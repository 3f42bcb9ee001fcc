package io.github.ecrcontainerd.containerd.internal.scope;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Something that the daemon makes by one call, and that has to be removed. An interrupt doesn't end
 * the call: the daemon could make it all the same, after its removal. So the call is waited for,
 * and what came of it is removed.
 */
public final class Creation {
  /** A daemon that doesn't answer within that time after an interrupt is not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private Creation() {}

  /**
   * Makes it.
   *
   * @param removal is done where it is made although the thread was interrupted meanwhile
   * @throws InterruptedException if the thread is interrupted; then it isn't there
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
