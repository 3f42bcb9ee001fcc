package io.github.ecrcontainerd.ecr.internal.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a clock that moves only when a caller waits. */
@Timeout(30)
class TokenBucketTest {
  private static final double SECOND = 1e9;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final AtomicLong now = new AtomicLong(1_000);
  private final Pacer pacer =
      new Pacer() {
        @Override
        public long nanoTime() {
          return now.get();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
          if (Thread.interrupted()) {
            throw new InterruptedException();
          }
          now.addAndGet(nanos);
        }
      };
  private final TokenBucket bucket = new TokenBucket(100, pacer);

  @Test
  void letsOneSecondOfCallsThroughAtOnceAndThenTheQuota() throws Exception {
    take(100);
    assertThat(seconds()).isZero();

    take(200);
    assertThat(seconds()).isCloseTo(2, Offset.offset(0.001));
  }

  @Test
  void savesTheTokensOfOneSecondAndNoMore() throws Exception {
    take(100);
    pass(Duration.ofHours(1));
    take(100);
    assertThat(seconds()).isEqualTo(3600);

    take(1);
    assertThat(seconds()).isGreaterThan(3600);
  }

  @Test
  void fallsToSeventyPercentOfWhatWasAccepted() throws Exception {
    accept(50);
    long taken = bucket.take(LIMIT);

    bucket.throttled(taken);

    assertThat(bucket.rate()).isCloseTo(35, Offset.offset(0.01));
  }

  @Test
  void callsSentBeforeTheRateFellDontLowerItAgain() throws Exception {
    accept(50);
    long first = bucket.take(LIMIT);
    long second = bucket.take(LIMIT);
    pass(Duration.ofMillis(10));
    bucket.throttled(first);
    double fallen = bucket.rate();

    bucket.throttled(second);

    assertThat(bucket.rate()).isEqualTo(fallen);
  }

  @Test
  void losesItsSavedTokensWhenThrottled() throws Exception {
    accept(10);
    bucket.throttled(bucket.take(LIMIT));

    bucket.take(LIMIT);

    assertThat(seconds()).isGreaterThan(0.1);
  }

  @Test
  void recoversToTheQuotaFromTheLowestRateInLessThanHalfAMinute() throws Exception {
    TokenBucket large = new TokenBucket(3_000, pacer);
    large.throttled(large.take(LIMIT));
    assertThat(large.rate()).isCloseTo(0.7, Offset.offset(0.01));
    double before = large.rate();
    for (int second = 1; second <= 15; second++) {
      pass(Duration.ofSeconds(1));
      assertThat(large.rate()).isGreaterThan(before);
      before = large.rate();
    }
    assertThat(before).isLessThan(3_000);
    pass(Duration.ofSeconds(15));

    assertThat(large.rate()).isEqualTo(3_000);
  }

  /** A registry that gives a tenth of the quota to this process. */
  @Test
  void aHundredCallsAtATenthOfTheQuotaAreThrottledFewTimes() throws Exception {
    double tokens = 10;
    long filled = now.get();
    int throttled = 0;
    int done = 0;
    while (done < 100) {
      long taken = bucket.take(LIMIT);
      tokens = Math.min(10, tokens + (now.get() - filled) / SECOND * 10);
      filled = now.get();
      pass(Duration.ofMillis(10));
      if (tokens >= 1) {
        tokens--;
        done++;
        bucket.accepted();
      } else {
        throttled++;
        bucket.throttled(taken);
      }
    }
    assertThat(throttled).isBetween(1, 20);
    assertThat(seconds()).isLessThan(20);
  }

  @Test
  void anInterruptEndsTheWaitAndTakesNoToken() throws Exception {
    take(100);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> bucket.take(LIMIT)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();

    pass(Duration.ofMillis(11));
    double before = seconds();
    bucket.take(LIMIT);

    assertThat(seconds()).isEqualTo(before);
  }

  @Test
  void aWaitEndsAtItsLimitAndTakesNoToken() throws Exception {
    bucket.throttled(bucket.take(LIMIT));
    double began = seconds();

    assertThatThrownBy(() -> bucket.take(Duration.ofMillis(500)))
        .isInstanceOf(TimeoutException.class);
    assertThat(seconds() - began).isCloseTo(0.5, Offset.offset(0.001));

    // About half of a token is there, so this is enough for a whole one, if none was taken.
    pass(Duration.ofMillis(600));
    assertThat(bucket.take(Duration.ZERO)).isEqualTo(now.get());
  }

  @Test
  void theWaitForCallersBeforeThisOneCountsIntoItsLimit() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    TokenBucket contended =
        new TokenBucket(
            1,
            new Pacer() {
              @Override
              public long nanoTime() {
                return now.get();
              }

              @Override
              public void sleep(long nanos) throws InterruptedException {
                waiting.countDown();
                go.await();
                now.addAndGet(nanos);
              }
            });
    contended.take(LIMIT);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Long> first = threads.submit(() -> contended.take(LIMIT));
      waiting.await();
      long began = System.nanoTime();

      assertThatThrownBy(() -> contended.take(Duration.ofMillis(50)))
          .isInstanceOf(TimeoutException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));

      go.countDown();
      assertThat(first.get()).isPositive();
    }
  }

  private void accept(int calls) throws Exception {
    for (int call = 0; call < calls; call++) {
      bucket.take(LIMIT);
      bucket.accepted();
    }
  }

  private void take(int calls) throws Exception {
    for (int call = 0; call < calls; call++) {
      bucket.take(LIMIT);
    }
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private double seconds() {
    return (now.get() - 1_000) / SECOND;
  }
}
