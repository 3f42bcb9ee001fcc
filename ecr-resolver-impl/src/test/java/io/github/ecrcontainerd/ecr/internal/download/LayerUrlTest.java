package io.github.ecrcontainerd.ecr.internal.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerUrlTest {
  private static final URI URL =
      URI.create(
          "https://prod-us-west-2-starport-layer-bucket.s3.us-west-2.amazonaws.com/a/b?X-Amz-Algorithm="
              + "AWS4-HMAC-SHA256&X-Amz-Date=20260102T030405Z&X-Amz-Expires=3600&X-Amz-Signature=5ec7e7");

  private static final Instant SIGNED = Instant.parse("2026-01-02T03:04:05Z");

  @ParameterizedTest(name = "at {0}: for {1}")
  @CsvSource({
    "2026-01-02T03:04:05Z, PT59M45S",
    "2026-01-02T03:04:06Z, PT59M44S",
    // In the last half of a short life.
    "2026-01-02T04:03:45Z, PT10S",
  })
  void isUsedUntilFifteenSecondsBeforeItsExpiryOrTheMiddleOfAShortLife(
      Instant now, Duration usable) {
    assertThat(LayerUrl.of(URL, now).usable()).isEqualTo(usable);
  }

  @ParameterizedTest(name = "at {0}")
  @ValueSource(strings = {"2026-01-03T03:04:05Z", "2026-01-02T04:04:05Z", "2026-01-01T03:04:05Z"})
  void aClockThatIsWrongCostsNothing(Instant now) {
    assertThat(LayerUrl.of(URL, now).usable()).isEqualTo(Duration.parse("PT59M45S"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost/x",
        "http://localhost/x?X-Amz-Date=20260102T030405Z",
        "http://localhost/x?X-Amz-Date=yesterday&X-Amz-Expires=3600",
        "http://localhost/x?X-Amz-Date=20260102T030405Z&X-Amz-Expires=soon",
        "http://localhost/x?X-Amz-Date=20260102T030405Z&X-Amz-Expires=9223372036854775807",
        "http://localhost/x?X-Amz-Date=20260102T030405Z&X-Amz-Expires=-1",
        "http://localhost/x?X-Amz-Date=20260102T030405Z&X-Amz-Expires=0",
      })
  void doesNotExpireWithoutAReadableExpiry(String text) {
    assertThat(LayerUrl.of(URI.create(text), SIGNED).usable()).isEqualTo(LayerUrl.FOR_EVER);
  }

  @Test
  void doesNotShowItsQuery() {
    assertThat(LayerUrl.of(URL, SIGNED).toString())
        .isEqualTo("https://prod-us-west-2-starport-layer-bucket.s3.us-west-2.amazonaws.com/a/b");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "https://cache.corp/b?token=1, https://cache.corp/b?token=1",
    "//cache.corp/b, https://cache.corp/b",
    "/c?d, https://prod-us-west-2-starport-layer-bucket.s3.us-west-2.amazonaws.com/c?d",
  })
  void followsARedirectWhereverItLeads(String location, String target) throws Exception {
    LayerUrl followed = LayerUrl.of(URL, SIGNED).redirectedTo(location, SIGNED);
    assertThat(followed.uri()).isEqualTo(URI.create(target));
    assertThat(followed.usable()).isEqualTo(Duration.parse("PT59M45S"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"http://cache.corp/b", "ftp://cache.corp/b", "file:///etc/passwd", "%"})
  void followsNoneThatLeadsOutOfTlsOrNowhere(String location) {
    assertThatThrownBy(() -> LayerUrl.of(URL, SIGNED).redirectedTo(location, SIGNED))
        .isInstanceOf(InvalidAnswerException.class);
  }

  @Test
  void givesUpACircleAfterFiveRedirects() throws Exception {
    LayerUrl url = LayerUrl.of(URL, SIGNED);
    for (int followed = 0; followed < 5; followed++) {
      url = url.redirectedTo("/next?secret", SIGNED);
    }
    LayerUrl last = url;
    assertThatThrownBy(() -> last.redirectedTo("/next?secret", SIGNED))
        .isInstanceOf(InvalidAnswerException.class)
        .hasMessageContaining("5 redirects")
        .hasMessageNotContaining("secret");
  }
}
