package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatencyStatsTest {
  private static final int MIB = 1 << 20;

  private final LatencyStats stats = new LatencyStats();

  @Test
  void callsNothingLateBeforeItKnowsWhatIsUsual() {
    finish(2, 8 * MIB, 15, 800);
    assertThat(stats.nanosUntilLate(8 * MIB)).isEqualTo(Long.MAX_VALUE);
    assertThat(stats.bytesUntilFirstByte()).isZero();
  }

  @Test
  void callsLateWhatTakesTwoAndAHalfTimesAsLongAsUsual() {
    finish(5, 8 * MIB, 20, 800);
    assertThat(stats.nanosUntilLate(8 * MIB)).isEqualTo(millis(820 * 5 / 2));
    assertThat(stats.nanosUntilLate(4 * MIB)).isEqualTo(millis(420 * 5 / 2));
  }

  @Test
  void isNotMisledByAFewSlowOnes() {
    finish(20, 8 * MIB, 20, 800);
    finish(10, 8 * MIB, 20_000, 80_000);
    assertThat(stats.nanosUntilLate(8 * MIB)).isEqualTo(millis(820 * 5 / 2));
  }

  @Test
  void forgetsHowItWas() {
    finish(100, 8 * MIB, 20, 800);
    finish(32, 8 * MIB, 40, 1600);
    assertThat(stats.nanosUntilLate(8 * MIB)).isEqualTo(millis(1640 * 5 / 2));
  }

  @Test
  void callsNothingLateThatAPauseOfThisMachineMayDelay() {
    finish(5, 8 * MIB, 1, 8);
    assertThat(stats.nanosUntilLate(8 * MIB)).isEqualTo(millis(300));
  }

  @Test
  void learnsNoPaceFromSmallLayers() {
    finish(50, 1000, 20, 1);
    assertThat(stats.nanosUntilLate(8 * MIB)).isEqualTo(Long.MAX_VALUE);
    assertThat(stats.nanosUntilLate(1000)).isEqualTo(millis(300));
  }

  @Test
  void knowsHowMuchComesUntilAnotherRequestIsAnswered() {
    finish(5, 8 * MIB, 50, 800);
    assertThat(stats.bytesUntilFirstByte()).isEqualTo(MIB / 2);
  }

  private void finish(int count, long length, int millisToFirstByte, int millisSince) {
    for (int i = 0; i < count; i++) {
      stats.add(length, millis(millisToFirstByte), millis(millisSince));
    }
  }

  private static long millis(int millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
