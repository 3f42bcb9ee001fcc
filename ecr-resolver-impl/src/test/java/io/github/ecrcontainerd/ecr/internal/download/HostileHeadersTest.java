package io.github.ecrcontainerd.ecr.internal.download;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.fuzz.Fuzz;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitrary;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Headers of a layer's host, and URLs of a layer, that no honest one sends. */
class HostileHeadersTest {
  private static final Instant NOW = Instant.parse("2026-11-27T08:00:00Z");

  private static final List<String> WORDS =
      List.of(
          "bytes 0-99/*",
          "bytes 100-199/1000",
          "bytes=100-199/1000",
          "bytes 100-18446744073709551615/1000",
          "-1",
          "+100",
          "99999999999999999999",
          "0x64",
          "\u0660",
          "http://[::1]:99999999/",
          "http:///x",
          "file:///etc/passwd",
          "//other.example",
          "a:b",
          "https://me:pass@",
          "%",
          "%zz",
          "\u202e",
          "&X-Amz-Expires=-1",
          "&X-Amz-Date=+9999999991231T235959Z&X-Amz-Expires=31536000",
          "?".repeat(2000),
          "x".repeat(5000));

  /** The answer's end, which is reported once. */
  private static final class Received implements LayerGet.Receiver {
    private final AtomicInteger ends = new AtomicInteger();
    private long bytes;
    private @Nullable Throwable cause;

    @Override
    public boolean arrived(ByteBuffer some) {
      bytes += some.remaining();
      return true;
    }

    @Override
    public void ended(@Nullable Throwable why) {
      ends.incrementAndGet();
      cause = why;
    }
  }

  private record Unpaced() implements Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
  }

  /** Only the right headers and as many bytes as requested make a part of a layer. */
  @Test
  void noOtherBytesAreTakenForThoseOfARange() {
    List<byte[]> seeds =
        Fuzz.bytes(
            "206\nContent-Length: 100\nContent-Range: bytes 100-199/1000\nRetry-After: 1\n\n100",
            "302\nLocation: https://other.example/x\n\n0",
            "503\nRetry-After: 120\nContent-Length: 99\n\n99");
    Fuzz.refusedBy(IOException.class)
        .check(
            Fuzz.changed(seeds, WORDS),
            input -> {
              String[] parts = new String(input, ISO_8859_1).split("\n\n", 2);
              Received received = new Received();
              LayerGet get =
                  new LayerGet(new ByteRange(100, 100, 1000), received, false, Origin.ECR);
              SdkHttpResponse head = head(parts[0]);
              get.onHeaders(head);
              get.onSubscribe(new Unpaced());
              int body = parts.length == 1 ? 0 : parts[1].hashCode() & 0xff;
              get.onNext(
                  ByteBuffer.allocate(parts.length == 2 && parts[1].equals("100") ? 100 : body));
              get.onComplete();
              assertThat(received.ends).hasValue(1);
              if (received.cause != null) {
                throw (Exception) received.cause;
              }
              assertThat(received.bytes).isEqualTo(100);
              assertThat(head.statusCode()).isEqualTo(206);
              assertThat(head.firstMatchingHeader("Content-Range")).contains("bytes 100-199/1000");
              assertThat(head.firstMatchingHeader("Content-Length").orElse("100")).isEqualTo("100");
            });
  }

  private static SdkHttpResponse head(String text) {
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    String first = lines.removeFirst();
    SdkHttpResponse.Builder head =
        SdkHttpResponse.builder()
            .statusCode(first.matches("[1-5][0-9]{2}") ? Integer.parseInt(first) : 206);
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0) {
        head.appendHeader(line.substring(0, colon), line.substring(colon + 1).strip());
      }
    }
    return head.build();
  }

  @Test
  void anErrorWithoutAnEndIsEndedAfterItsFirstBytes() {
    Received received = new Received();
    LayerGet get = new LayerGet(new ByteRange(0, 9, 10), received, false, Origin.ECR);
    get.onHeaders(SdkHttpResponse.builder().statusCode(404).build());
    get.onSubscribe(new Unpaced());
    for (int i = 0; i < 100; i++) {
      get.onNext(ByteBuffer.allocate(1000));
    }
    assertThat(received.ends).hasValue(1);
    assertThat(received.cause).hasMessage("status 404");
  }

  @Test
  void urlsAreUsableForATimeOrForEver() {
    Fuzz.refusedBy(IllegalArgumentException.class)
        .check(
            urls(
                "https://s3.example/layer?X-Amz-Date=20261127T080000Z&X-Amz-Expires=3600&X-Amz-Signature=s3cret"),
            input -> {
              URI uri;
              try {
                uri = URI.create(new String(input, ISO_8859_1));
              } catch (IllegalArgumentException e) {
                // LayerSource leaves out its message, which shows the text.
                throw new IllegalArgumentException("not a URI", e);
              }
              LayerUrl url = LayerUrl.of(uri, NOW);
              assertThat(url.usable()).isPositive().isLessThanOrEqualTo(LayerUrl.FOR_EVER);
              assertThat(url.toString()).doesNotContain("?");
            });
  }

  @Test
  void redirectsAreFollowedToHttpsOrRefused() {
    LayerUrl from = LayerUrl.of(URI.create("https://s3.example/layer?X-Amz-Signature=s3cret"), NOW);
    Fuzz.refusedBy(InvalidAnswerException.class)
        .check(
            urls(
                "https://other.example/layer?X-Amz-Date=20261127T080000Z&X-Amz-Expires=3600",
                "/path?x=y",
                "//other.example:8443/x"),
            input -> {
              LayerUrl to = from.redirectedTo(new String(input, ISO_8859_1), NOW);
              assertThat(to.uri().getScheme()).isEqualTo("https");
              assertThat(Optional.ofNullable(to.uri().getHost())).isPresent();
              assertThat(to.uri().getPort()).isLessThan(1 << 16);
              assertThat(to.redirects()).isEqualTo(1);
              assertThat(to.toString()).doesNotContain("?");
              assertThat(URI.create(to.toString()).getRawUserInfo()).isNull();
            });
  }

  private static Arbitrary<byte[]> urls(String... seeds) {
    return Fuzz.changed(Fuzz.bytes(seeds), WORDS);
  }
}
