package io.github.ecrcontainerd.containerd.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TaskGroupTest {

  @Test
  void waitsForAllOfItsTasks() throws Exception {
    AtomicInteger done = new AtomicInteger();
    try (TaskGroup tasks = new TaskGroup("test")) {
      for (int i = 0; i < 100; i++) {
        tasks.fork(done::incrementAndGet);
      }
      tasks.join();
    }
    assertThat(done).hasValue(100);
  }

  @Test
  void interruptsTheOthersWhenOneFailsAndThrowsItsFailure() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    try (TaskGroup tasks = new TaskGroup("test")) {
      tasks.fork(
          () -> {
            waiting.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.set(true);
              throw e;
            }
          });
      waiting.await();
      tasks.fork(
          () -> {
            throw new IllegalStateException("the first failure");
          });

      assertThatThrownBy(tasks::join).hasMessage("the first failure").hasNoSuppressedExceptions();
    }
    assertThat(interrupted).isTrue();
  }

  @Test
  void startsNothingAfterAFailureAndGivesThePlaceBack() throws Exception {
    Semaphore places = new Semaphore(1);
    try (TaskGroup tasks = new TaskGroup("test")) {
      tasks.fork(
          places,
          () -> {
            throw new IllegalStateException("failed");
          });
      assertThatThrownBy(tasks::join).hasMessage("failed");

      assertThat(tasks.fork(places, () -> {})).isFalse();
      assertThat(tasks.fork(places, () -> {})).isFalse();
    }
    assertThat(places.availablePermits()).isEqualTo(1);
  }

  @Test
  void holdsAsManyTasksAtATimeAsThereArePlaces() throws Exception {
    Semaphore places = new Semaphore(3);
    CyclicBarrier three = new CyclicBarrier(3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (TaskGroup tasks = new TaskGroup("test")) {
      for (int i = 0; i < 30; i++) {
        tasks.fork(
            places,
            () -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              await(three);
              running.decrementAndGet();
            });
      }
      tasks.join();
    }
    assertThat(most).hasValue(3);
  }

  private static void await(CyclicBarrier barrier) throws InterruptedException {
    try {
      barrier.await();
    } catch (BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void interruptsItsTasksWhenItIsClosed() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    AtomicBoolean ended = new AtomicBoolean();
    try (TaskGroup tasks = new TaskGroup("test")) {
      tasks.fork(
          () -> {
            waiting.countDown();
            try {
              new CountDownLatch(1).await();
            } finally {
              ended.set(true);
            }
          });
      waiting.await();
    }
    assertThat(ended).isTrue();
  }

  @Test
  void cleansUpAlthoughTheThreadIsInterruptedAndKeepsTheInterrupt() {
    AtomicBoolean cleaned = new AtomicBoolean();
    Thread.currentThread().interrupt();

    CleanUp.run(
        () -> {
          Thread.sleep(1);
          cleaned.set(true);
        });

    assertThat(cleaned).isTrue();
    assertThat(Thread.interrupted()).isTrue();
  }
}
