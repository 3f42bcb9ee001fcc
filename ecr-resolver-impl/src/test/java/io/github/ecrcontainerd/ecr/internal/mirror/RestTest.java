package io.github.ecrcontainerd.ecr.internal.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RestTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1);
  private final Rest rest = new Rest(now::get);

  private void after(Duration time) {
    now.addAndGet(time.toNanos());
  }

  @Test
  void aMirrorThatNeverFailedIsAsked() {
    assertThat(rest.isOver()).isTrue();
  }

  @Test
  void aFailureKeepsItAloneFor30Seconds() {
    assertThat(rest.begin()).isEqualTo(Duration.ofSeconds(30));
    after(Duration.ofSeconds(29));
    assertThat(rest.isOver()).isFalse();
    after(Duration.ofSeconds(1));
    assertThat(rest.isOver()).isTrue();
  }

  @Test
  void failuresOfRequestsThatWereOnTheirWayDoNotMakeItLonger() {
    rest.begin();
    after(Duration.ofSeconds(20));
    assertThat(rest.begin()).isZero();
    after(Duration.ofSeconds(10));
    assertThat(rest.isOver()).isTrue();
  }

  @Test
  void eachFurtherFailureDoublesItUpTo5Minutes() {
    List<Duration> rests = new ArrayList<>();
    for (int failure = 0; failure < 6; failure++) {
      Duration pause = rest.begin();
      rests.add(pause);
      after(pause);
    }
    assertThat(rests)
        .extracting(Duration::toSeconds)
        .containsExactly(30L, 60L, 120L, 240L, 300L, 300L);
  }

  @Test
  void aSuccessAfterItBeginsAnew() {
    after(rest.begin());
    after(rest.begin());
    rest.reset();
    assertThat(rest.begin()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void aSuccessDuringItEndsNothing() {
    rest.begin();
    rest.reset();
    assertThat(rest.isOver()).isFalse();
  }
}
