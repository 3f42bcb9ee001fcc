package io.github.ecrcontainerd.containerd.internal.scope;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A group of tasks on virtual threads. The first failure interrupts the others, and no task runs
 * after the group is closed.
 */
public final class TaskGroup implements AutoCloseable {
  /** The work of a task. */
  public interface Task {
    void run() throws InterruptedException;
  }

  private final ExecutorService threads;
  private final Phaser running = new Phaser(1);
  private @Nullable Throwable failure;

  /** Creates an empty group. Its threads are named with the name and a number. */
  public TaskGroup(String name) {
    this.threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name(name + "-", 1).factory());
  }

  /** Starts a task, unless another has failed. Returns whether it was started. */
  public synchronized boolean fork(Task task) {
    if (failure != null) {
      return false;
    }
    running.register();
    threads.execute(() -> run(task));
    return true;
  }

  /**
   * Starts a task as soon as a permit is free, unless another task has failed. Returns whether it
   * was started.
   *
   * @param places the semaphore whose permit the task holds until it ends
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
      // The task never ran, so it can't release its permit.
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
   * Waits until all tasks have ended.
   *
   * @throws RuntimeException the first failure, if a task failed
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

  /** Interrupts the running tasks and waits until they have ended. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
