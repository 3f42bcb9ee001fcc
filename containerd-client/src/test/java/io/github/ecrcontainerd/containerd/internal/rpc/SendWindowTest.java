package io.github.ecrcontainerd.containerd.internal.rpc;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SendWindowTest {
  private static final Duration LONG = Duration.ofSeconds(15);

  private final SendWindow window = new SendWindow(10);

  /** Waits for its turn; whether it got it. */
  private FutureTask<Boolean> waiter(int place, int bytes, Duration patience, List<Integer> order)
      throws InterruptedException {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              boolean acquired = window.acquire(place, bytes, patience);
              order.add(place);
              return acquired;
            });
    Thread thread = Thread.ofPlatform().daemon().start(task);
    while (thread.getState() != Thread.State.TIMED_WAITING && !task.isDone()) {
      Thread.onSpinWait();
    }
    return task;
  }

  @Test
  void theStreamThatWasOpenedFirstGoesFirstHoweverLateItAsks() throws Exception {
    int first = window.newPlace();
    int second = window.newPlace();
    int third = window.newPlace();
    assertTrue(window.acquire(third, 10, LONG));
    List<Integer> order = new CopyOnWriteArrayList<>();
    FutureTask<Boolean> late = waiter(second, 10, LONG, order);
    FutureTask<Boolean> early = waiter(first, 10, LONG, order);

    window.release(10);
    assertTrue(early.get(15, SECONDS));
    window.release(10);
    assertTrue(late.get(15, SECONDS));
    assertEquals(List.of(first, second), order);
  }

  @Test
  void aSmallMessageOfALaterStreamDoesNotOvertakeOneThatWaits() throws Exception {
    int first = window.newPlace();
    int second = window.newPlace();
    assertTrue(window.acquire(first, 8, LONG));
    List<Integer> order = new CopyOnWriteArrayList<>();
    FutureTask<Boolean> large = waiter(first, 8, LONG, order);
    FutureTask<Boolean> small = waiter(second, 1, LONG, order);

    window.release(8);
    assertTrue(large.get(15, SECONDS));
    assertTrue(small.get(15, SECONDS));
    assertEquals(List.of(first, second), order.stream().sorted().toList());
    assertFalse(window.acquire(second, 2, Duration.ZERO), "one byte is left");
  }

  @Test
  void whoIsNotAnsweredGivesUpAndIsNotInTheWay() throws Exception {
    int first = window.newPlace();
    int second = window.newPlace();
    assertTrue(window.acquire(first, 10, LONG));
    assertFalse(window.acquire(first, 10, Duration.ofMillis(20)));

    window.release(10);
    assertTrue(window.acquire(second, 10, Duration.ZERO));
  }

  @Test
  void whoWaitsIsPatientAsLongAsOthersAreAnswered() throws Exception {
    int first = window.newPlace();
    int second = window.newPlace();
    assertTrue(window.acquire(first, 10, LONG));
    Duration patience = Duration.ofMillis(500);
    FutureTask<Boolean> later = waiter(second, 10, patience, new CopyOnWriteArrayList<>());
    long end = System.nanoTime() + 3 * patience.toNanos();
    while (System.nanoTime() < end) {
      window.release(1);
      assertTrue(window.acquire(first, 1, LONG) || later.isDone());
    }

    assertFalse(later.isDone());
    window.release(10);
    assertTrue(later.get(15, SECONDS));
  }

  @Test
  void anInterruptedWaiterIsNotInTheWay() throws Exception {
    int first = window.newPlace();
    int second = window.newPlace();
    assertTrue(window.acquire(second, 10, LONG));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> window.acquire(first, 10, LONG));

    window.release(10);
    assertTrue(window.acquire(second, 10, Duration.ZERO));
  }
}
