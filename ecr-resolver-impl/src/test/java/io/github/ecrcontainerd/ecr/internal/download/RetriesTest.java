package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetriesTest {
  private final IOException reset = new IOException("reset");
  private static final int MIB = 1 << 20;

  private final Retries retries = new Retries();

  @Test
  void givesUpAtTheSixthFailureInARow() {
    for (int failure = 1; failure < 6; failure++) {
      assertThat(retries.pause(0, reset)).isPresent();
    }
    assertThat(retries.pause(MIB - 1, reset)).isEmpty();
    assertThat(retries.failures()).isEqualTo(6);
  }

  @Test
  void goesOnAsLongAsItMakesProgress() {
    for (int failure = 1; failure <= 100; failure++) {
      assertThat(retries.pause((long) failure * MIB, reset)).isPresent();
    }
  }

  @RepeatedTest(20)
  void pausesUpToTwiceAsLongEachTime() {
    for (long longest = 200; longest <= 3200; longest *= 2) {
      assertThat(retries.pause(0, reset).orElseThrow())
          .isBetween(Duration.ZERO, Duration.ofMillis(longest));
    }
  }

  @ParameterizedTest(name = "status {0}")
  @ValueSource(ints = {400, 401, 403, 408, 429, 500, 502, 503, 504})
  void triesAgainWhatMayPass(int status) {
    assertThat(retries.pause(0, new StatusException(status, ""))).isPresent();
  }

  @ParameterizedTest(name = "status {0}")
  @ValueSource(ints = {404, 405, 410, 416})
  void givesUpAtOnceWhatWillNotPass(int status) {
    assertThat(retries.pause(0, new StatusException(status, ""))).isEmpty();
  }
}
