package io.github.ecrcontainerd.it.fleet;

import io.github.ecrcontainerd.ecr.internal.rate.Pacer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only while all threads of a simulation wait. They run one at a time: always the
 * one whose wait ends first, and of several that end at once the one that began to wait first. So a
 * simulation has the same result each time, however long its time is and however busy the machine.
 * A thread of a simulation waits only here.
 */
final class VirtualTime implements Pacer {

  /** The code of one thread. */
  interface Work {
    void run() throws Exception;
  }

  /**
   * A thread that waits.
   *
   * @param until when it goes on, in nanoseconds since the start
   * @param number its place among those that go on at the same time
   * @param go released when it goes on
   */
  private record Waiting(long until, long number, Semaphore go) {}

  /** Lets one thread at a time through, in the order in which they came. */
  final class Turn {
    private final ArrayDeque<Semaphore> queue = new ArrayDeque<>();
    private boolean isTaken;

    void begin() throws InterruptedException {
      if (isTaken) {
        Semaphore go = new Semaphore(0);
        queue.add(go);
        running.release();
        go.acquire();
      }
      isTaken = true;
    }

    void end() {
      Semaphore next = queue.poll();
      if (next == null) {
        isTaken = false;
      } else {
        goesOn(now, next);
      }
    }
  }

  private final PriorityQueue<Waiting> waiting =
      new PriorityQueue<>(
          Comparator.comparingLong(Waiting::until).thenComparingLong(Waiting::number));

  /** Released by the thread that runs, when it waits or has ended. */
  private final Semaphore running = new Semaphore(0);

  private long now;
  private long number;
  private @Nullable Throwable failure;

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void sleep(long nanos) throws InterruptedException {
    Semaphore go = new Semaphore(0);
    goesOn(now + Math.max(0, nanos), go);
    running.release();
    go.acquire();
  }

  private void goesOn(long until, Semaphore go) {
    waiting.add(new Waiting(until, number++, go));
  }

  /** The time since the start, in seconds. */
  double seconds() {
    return now / 1e9;
  }

  /** Adds a thread that begins after so many nanoseconds. */
  void start(long delay, Work work) {
    Semaphore go = new Semaphore(0);
    goesOn(now + delay, go);
    Thread.ofVirtual()
        .start(
            () -> {
              go.acquireUninterruptibly();
              try {
                work.run();
              } catch (Throwable e) {
                failure = e;
              } finally {
                running.release();
              }
            });
  }

  /**
   * Runs all threads to their ends.
   *
   * @throws AssertionError if one fails
   */
  void run() throws InterruptedException {
    for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
      now = next.until;
      next.go.release();
      running.acquire();
      if (failure != null) {
        throw new AssertionError("after %.3f s".formatted(seconds()), failure);
      }
    }
  }
}
