package io.github.ecrcontainerd.ecr.internal.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** With a clock that moves only when a caller waits. */
class TokenBucketTest {
  private static final double SECOND = 1e9;

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
    long taken = bucket.take();

    bucket.throttled(taken);

    assertThat(bucket.rate()).isCloseTo(35, Offset.offset(0.01));
  }

  @Test
  void callsSentBeforeTheRateFellDontLowerItAgain() throws Exception {
    accept(50);
    long first = bucket.take();
    long second = bucket.take();
    pass(Duration.ofMillis(10));
    bucket.throttled(first);
    double fallen = bucket.rate();

    bucket.throttled(second);

    assertThat(bucket.rate()).isEqualTo(fallen);
  }

  @Test
  void losesItsSavedTokensWhenThrottled() throws Exception {
    accept(10);
    bucket.throttled(bucket.take());

    bucket.take();

    assertThat(seconds()).isGreaterThan(0.1);
  }

  @Test
  void recoversToTheQuotaFromTheLowestRateInLessThanHalfAMinute() throws Exception {
    TokenBucket large = new TokenBucket(3_000, pacer);
    large.throttled(large.take());
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
      long taken = bucket.take();
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
    assertThatThrownBy(bucket::take).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();

    pass(Duration.ofMillis(11));
    double before = seconds();
    bucket.take();

    assertThat(seconds()).isEqualTo(before);
  }

  private void accept(int calls) throws InterruptedException {
    for (int call = 0; call < calls; call++) {
      bucket.take();
      bucket.accepted();
    }
  }

  private void take(int calls) throws InterruptedException {
    for (int call = 0; call < calls; call++) {
      bucket.take();
    }
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private double seconds() {
    return (now.get() - 1_000) / SECOND;
  }
}
