package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetriesTest {
  private final IOException reset = new IOException("reset");
  private static final int MIB = 1 << 20;

  private final Retries retries = new Retries();

  @Test
  void aServerThatIsAwayForAMomentUsesUpNoTries() {
    for (int failure = 1; failure <= 30; failure++) {
      assertThat(retries.pause(0, reset)).isPresent();
    }
    assertThat(retries.failures()).isEqualTo(30);
  }

  @Test
  void givesUpAtTheSixthWrongAnswerInARow() {
    InvalidAnswerException wrong = new InvalidAnswerException("another range");
    for (int failure = 1; failure < 6; failure++) {
      assertThat(retries.pause(0, wrong)).isPresent();
    }
    assertThat(retries.pause(MIB - 1, wrong)).isEmpty();
    assertThat(retries.failures()).isEqualTo(6);
  }

  @Test
  void goesOnAsLongAsItMakesProgress() {
    InvalidAnswerException wrong = new InvalidAnswerException("another range");
    for (int failure = 1; failure <= 100; failure++) {
      assertThat(retries.pause((long) failure * MIB, wrong)).isPresent();
    }
  }

  @Test
  void theTimeThatAServerWasSilentForCounts() {
    assertThat(retries.pause(MIB, new SilenceException(Retries.PATIENCE))).isPresent();
    assertThat(retries.pause(MIB, reset)).isPresent();
    assertThat(retries.pause(MIB, reset)).isEmpty();
  }

  @ParameterizedTest(name = "status {0}")
  @ValueSource(ints = {400, 401, 403, 408, 429, 500, 502, 503, 504})
  void triesAgainWhatMayPass(int status) {
    assertThat(retries.pause(0, new StatusException(status, Optional.empty(), Duration.ZERO, "")))
        .isPresent();
  }

  @ParameterizedTest(name = "status {0}")
  @ValueSource(ints = {404, 405, 410, 416})
  void givesUpAtOnceWhatWillNotPass(int status) {
    assertThat(retries.pause(0, new StatusException(status, Optional.empty(), Duration.ZERO, "")))
        .isEmpty();
  }

  @Test
  void waitsAtLeastAsLongAsTheServerAsks() {
    StatusException slowDown =
        new StatusException(503, Optional.empty(), Duration.ofSeconds(7), "");
    assertThat(retries.pause(0, slowDown).orElseThrow())
        .isBetween(Duration.ofSeconds(7), Duration.ofMillis(7_500));
  }
}
