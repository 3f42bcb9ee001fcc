package io.github.ecrcontainerd.containerd.internal.scope;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Tasks on virtual threads that stand or fall together: the first that fails interrupts the others,
 * and nothing of a group runs on when it is closed.
 */
public final class TaskGroup implements AutoCloseable {
  /** What a task does. */
  public interface Task {
    void run() throws InterruptedException;
  }

  private final ExecutorService threads;
  private final Phaser running = new Phaser(1);
  private @Nullable Throwable failure;

  /** A group without tasks; its threads bear the name and a number. */
  public TaskGroup(String name) {
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 1).factory());
  }

  /** Starts a task, unless another has failed; whether it did. */
  public synchronized boolean fork(Task task) {
    if (failure != null) {
      return false;
    }
    running.register();
    threads.execute(() -> run(task));
    return true;
  }

  /**
   * Starts a task as soon as there is a place for it, unless another has failed; whether it did.
   *
   * @param places of which the task has one until it ends
   */
  public boolean fork(Semaphore places, Task task) throws InterruptedException {
    places.acquire();
    boolean started =
        fork(
            () -> {
              try {
                task.run();
              } finally {
                places.release();
              }
            });
    if (!started) {
      // The task never ran, so it can't give back its place.
      places.release();
    }
    return started;
  }

  private void run(Task task) {
    try {
      task.run();
    } catch (Throwable e) {
      fail(e);
    } finally {
      running.arriveAndDeregister();
    }
  }

  private synchronized void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
      threads.shutdownNow();
    } else if (!(cause instanceof InterruptedException)) {
      failure.addSuppressed(cause);
    }
  }

  /**
   * Waits until all have ended.
   *
   * @throws RuntimeException the first failure, if one has failed
   * @throws InterruptedException if this thread is interrupted while it waits
   */
  public void join() throws InterruptedException {
    running.awaitAdvanceInterruptibly(running.arrive());
    synchronized (this) {
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case InterruptedException e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }

  /** Interrupts what still runs, and waits for its end. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
