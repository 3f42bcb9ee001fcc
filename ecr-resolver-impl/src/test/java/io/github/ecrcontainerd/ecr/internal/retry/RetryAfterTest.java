package io.github.ecrcontainerd.ecr.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.http.SdkHttpResponse;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-27T06:00:00Z");

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "7                             | 7",
        "' 7 '                         | 7",
        "61                            | 60",
        "99999999999999999999          | 60",
        "0                             | 0",
        "-5                            | 0",
        "soon                          | 0",
        "Fri, 27 Nov 2026 06:00:20 GMT | 20",
        "Fri, 27 Nov 2026 08:00:00 GMT | 60",
        "Fri, 27 Nov 2026 05:00:00 GMT | 0"
      })
  void readsSecondsAndDatesUpToAMinute(String header, int seconds) {
    SdkHttpResponse answer = SdkHttpResponse.builder().putHeader("Retry-After", header).build();
    assertThat(RetryAfter.of(answer, NOW)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void comparesADateWithTheAnswersOwn() {
    SdkHttpResponse answer =
        SdkHttpResponse.builder()
            .putHeader("Date", "Fri, 27 Nov 2026 01:00:00 GMT")
            .putHeader("Retry-After", "Fri, 27 Nov 2026 01:00:05 GMT")
            .build();
    assertThat(RetryAfter.of(answer, NOW)).isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void anAnswerWithoutItAsksForNothing() {
    assertThat(RetryAfter.of(SdkHttpResponse.builder().build(), NOW)).isZero();
  }
}
