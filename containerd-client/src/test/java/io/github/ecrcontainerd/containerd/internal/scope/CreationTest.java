package io.github.ecrcontainerd.containerd.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class CreationTest {
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch answer = new CountDownLatch(1);
  private final AtomicInteger removed = new AtomicInteger();
  private Thread maker = Thread.currentThread();

  private FutureTask<String> begin(boolean succeeds) throws InterruptedException {
    FutureTask<String> making =
        new FutureTask<>(
            () ->
                Creation.run(
                    () -> {
                      asked.countDown();
                      answer.await();
                      if (!succeeds) {
                        throw new IllegalStateException("refused");
                      }
                      return "made";
                    },
                    removed::incrementAndGet));
    maker = Thread.ofVirtual().start(making);
    asked.await();
    return making;
  }

  /** Interrupts the thread, and waits until it waits on for the answer. */
  private void interrupt() {
    maker.interrupt();
    while (maker.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void returnsWhatIsMade() throws Exception {
    FutureTask<String> making = begin(true);
    answer.countDown();
    assertThat(making.get()).isEqualTo("made");
    assertThat(removed).hasValue(0);
  }

  @Test
  void removesWhatIsMadeAfterAnInterrupt() throws Exception {
    FutureTask<String> making = begin(true);
    interrupt();
    answer.countDown();
    assertThatThrownBy(making::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(removed).hasValue(1);
  }

  @Test
  void removesNothingWhereTheCallFailsAfterAnInterrupt() throws Exception {
    FutureTask<String> making = begin(false);
    interrupt();
    answer.countDown();
    assertThatThrownBy(making::get).hasCauseInstanceOf(InterruptedException.class);
    assertThat(removed).hasValue(0);
  }

  @Test
  void doesNotWaitForADaemonThatNeverAnswers() throws Exception {
    FutureTask<String> making = begin(true);
    interrupt();
    assertThatThrownBy(making::get).hasCauseInstanceOf(InterruptedException.class);
    assertThat(removed).hasValue(0);
  }

  @Test
  void throwsWhatTheCallThrows() throws Exception {
    FutureTask<String> making = begin(false);
    answer.countDown();
    assertThatThrownBy(making::get)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasStackTraceContaining("refused");
  }
}
