package io.github.ecrcontainerd.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RateTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void isRightFromTheFirstLookOn() {
    Rate rate = new Rate(0, 0);
    assertThat(rate.at(0, 0)).isZero();
    for (int tenth = 1; tenth < 100; tenth++) {
      assertThat(rate.at(tenth * SECOND / 10, tenth * 100L)).isEqualTo(1000, within(0.001));
    }
  }

  @Test
  void forgetsWhatCameSecondsAgo() {
    Rate rate = new Rate(0, 0);
    rate.at(10 * SECOND, 10_000_000);
    double last = 0;
    for (int second = 11; second < 30; second++) {
      last = rate.at(second * SECOND, 10_000_000);
    }
    assertThat(last).isLessThan(1000);
  }
}
