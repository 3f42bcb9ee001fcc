package io.github.ecrcontainerd.ecr.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration FIRST = Duration.ofMillis(200);

  /** At the end of its numbers, where it overflows. */
  private long now = Long.MAX_VALUE - 5;

  private final Backoff backoff =
      new Backoff(Duration.ofSeconds(20), Duration.ofSeconds(5), () -> now);

  @Test
  void goesOnHoweverOftenItFailsInShortTime() {
    for (int failure = 0; failure < 100; failure++) {
      assertThat(backoff.failed(FIRST)).isPresent();
    }
    assertThat(backoff.failures()).isEqualTo(100);
  }

  @Test
  void givesUpWhenNothingWasReachedForItsTime() {
    pass(Duration.ofSeconds(7));
    assertThat(backoff.failed(FIRST)).isPresent();
    pass(Duration.ofSeconds(12));
    assertThat(backoff.failed(FIRST)).isPresent();
    pass(Duration.ofSeconds(1));
    assertThat(backoff.failed(FIRST)).isEmpty();
  }

  @Test
  void triesThreeTimesHoweverLongEachTakes() {
    pass(Duration.ofMinutes(1));
    assertThat(backoff.failed(FIRST)).isPresent();
    pass(Duration.ofMinutes(1));
    assertThat(backoff.failed(FIRST)).isPresent();
    pass(Duration.ofMinutes(1));
    assertThat(backoff.failed(FIRST)).isEmpty();
  }

  @Test
  void progressBeginsItsTimeAgain() {
    for (int failure = 0; failure < 50; failure++) {
      pass(Duration.ofSeconds(15));
      backoff.progressed(Duration.ZERO);
      pass(Duration.ofSeconds(15));
      assertThat(backoff.failed(FIRST)).isPresent();
    }
    assertThat(backoff.failures()).isEqualTo(1);
  }

  @RepeatedTest(20)
  void pausesUpToTwiceAsLongEachTimeAndNeverAboveTheLongest() {
    for (long longest : new long[] {200, 400, 800, 1600, 3200, 5000, 5000, 5000}) {
      assertThat(backoff.failed(FIRST).orElseThrow())
          .isBetween(Duration.ZERO, Duration.ofMillis(longest));
    }
  }

  @RepeatedTest(20)
  void theLastTryIsMadeWithinItsTime() {
    for (int failure = 0; failure < 9; failure++) {
      assertThat(backoff.failed(FIRST)).isPresent();
    }
    pass(Duration.ofMillis(19_999));
    assertThat(backoff.failed(FIRST).orElseThrow()).isLessThanOrEqualTo(Duration.ofMillis(1));
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }
}
