package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUrlTest {
  private static final String URL =
      "https://prod-us-west-2-starport-layer-bucket.s3.us-west-2.amazonaws.com/a/b?X-Amz-Algorithm="
          + "AWS4-HMAC-SHA256&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-Signature=5ec7e7";

  @Test
  void readsItsExpiryFromTheUrl() {
    LayerUrl url = LayerUrl.of(URI.create(URL));
    assertThat(url.expiry()).isEqualTo(Instant.parse("2026-01-02T04:04:05Z"));
  }

  @ParameterizedTest(name = "at {0}: {1}")
  @CsvSource({
    "2026-01-02T03:04:05Z, 2026-01-02T04:03:50Z",
    "2026-01-02T04:03:45Z, 2026-01-02T04:04:00Z",
  })
  void isRenewedFifteenSecondsBeforeItsExpiryOrInTheLastQuarterOfAShortLife(
      String now, String renewal) {
    LayerUrl url = LayerUrl.of(URI.create(URL));
    assertThat(url.renewal(Instant.parse(now))).isEqualTo(renewal);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost/x",
        "http://localhost/x?X-Amz-Date=20260102T030405Z",
        "http://localhost/x?X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "http://localhost/x?X-Amz-Date=20260102T030405Z&X-Amz-Expires=soon",
      })
  void doesNotExpireWithoutAReadableExpiry(String text) {
    assertThat(LayerUrl.of(URI.create(text)).expiry()).isEqualTo(Instant.MAX);
  }

  @Test
  void doesNotShowItsQuery() {
    assertThat(LayerUrl.of(URI.create(URL)).toString())
        .isEqualTo("https://prod-us-west-2-starport-layer-bucket.s3.us-west-2.amazonaws.com/a/b");
  }
}
