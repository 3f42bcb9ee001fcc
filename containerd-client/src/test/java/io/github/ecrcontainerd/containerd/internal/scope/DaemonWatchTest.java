package io.github.ecrcontainerd.containerd.internal.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.internal.transport.ConnectionEnds;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class DaemonWatchTest {
  private final ConnectionEnds ends = new ConnectionEnds();
  private final AtomicInteger questions = new AtomicInteger();
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void leavesNoInterrupt() {
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private String noAnswer() {
    questions.incrementAndGet();
    throw new ContainerdException(Code.UNAVAILABLE, "Version.Version", "", "gone", null);
  }

  private String awaitForever() throws InterruptedException {
    ends.add();
    never.await();
    return "";
  }

  @Test
  void endsAnOperationWhoseDaemonDoesNotComeBack() {
    DaemonWatch watch = new DaemonWatch(ends, this::noAnswer);

    assertThatThrownBy(() -> watch.run(this::awaitForever))
        .isInstanceOf(ContainerdException.class)
        .hasMessage("Version.Version: gone");
    assertThat(questions.get()).isGreaterThan(1);
  }

  @Test
  void asksNothingWhileTheConnectionLasts() throws Exception {
    ends.add();

    assertThat(new DaemonWatch(ends, this::noAnswer).run(() -> "done")).isEqualTo("done");

    assertThat(questions).hasValue(0);
  }

  @Test
  void letsAnOperationGoOnWhoseDaemonAnswersAgain() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    DaemonWatch watch =
        new DaemonWatch(
            ends,
            () -> {
              if (questions.get() < 3) {
                return noAnswer();
              }
              answered.countDown();
              return "1.6.20";
            });

    String result =
        watch.run(
            () -> {
              ends.add();
              answered.await();
              return "done";
            });

    assertThat(result).isEqualTo("done");
  }

  @Test
  void passesOnAnInterruptOfTheCaller() {
    DaemonWatch watch = new DaemonWatch(ends, () -> "1.6.20");
    Thread caller = Thread.currentThread();

    assertThatThrownBy(
            () ->
                watch.run(
                    () -> {
                      caller.interrupt();
                      never.await();
                      return "";
                    }))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void passesOnTheOperationsOwnError() {
    DaemonWatch watch = new DaemonWatch(ends, this::noAnswer);

    assertThatThrownBy(
            () ->
                watch.run(
                    () -> {
                      ends.add();
                      throw new IllegalStateException("its own");
                    }))
        .hasMessage("its own");
  }
}
