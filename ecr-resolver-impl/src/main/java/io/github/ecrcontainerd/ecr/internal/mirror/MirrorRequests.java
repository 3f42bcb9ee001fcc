package io.github.ecrcontainerd.ecr.internal.mirror;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/** The short requests to a mirror: their form, a second try, and redirects. */
final class MirrorRequests {
  /**
   * A failure within this time is one of the connection, perhaps of a kept one that the mirror has
   * ended, so the request is sent again. A longer one is the mirror's silence.
   */
  private static final Duration QUICK = Duration.ofSeconds(1);

  /** As for layers. */
  private static final int MAX_REDIRECTS = 5;

  private final SdkHttpClient http;
  private final LongSupplier nanoTime;

  MirrorRequests(SdkHttpClient http, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.http = http;
  }

  /** An answer, which is completely in memory. */
  static final class Answer {
    private final SdkHttpResponse head;
    private final byte[] body;

    private Answer(SdkHttpResponse head, byte[] body) {
      this.head = head;
      this.body = body;
    }

    int status() {
      return head.statusCode();
    }

    /** Whether it names another URL. */
    boolean isRedirect() {
      return switch (status()) {
        case 301, 302, 303, 307, 308 -> true;
        default -> false;
      };
    }

    /** Its Content-Length. */
    Optional<String> length() {
      return head.firstMatchingHeader("Content-Length");
    }

    /** Whether it says that ranges are served. */
    boolean ranges() {
      return head.firstMatchingHeader("Accept-Ranges").orElse("").equals("bytes");
    }

    /** Its body; not copied. */
    byte[] body() {
      return body;
    }
  }

  /** Asks whether something is there. A redirect is an answer, too. */
  Answer head(URI uri) throws IOException {
    return send(SdkHttpMethod.HEAD, uri, "*/*");
  }

  /** Gets a document, through redirects to http and https, but from https only to https. */
  Answer get(URI uri, String mediaType) throws IOException {
    URI next = uri;
    for (int redirects = 0; ; redirects++) {
      Answer answer = send(SdkHttpMethod.GET, next, mediaType);
      if (!answer.isRedirect() || redirects == MAX_REDIRECTS) {
        return answer;
      }
      next = target(next, answer);
    }
  }

  private static URI target(URI from, Answer redirect) throws IOException {
    String location = redirect.head.firstMatchingHeader("Location").orElse("");
    URI target;
    try {
      target = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new IOException("it redirects to a URL that can't be parsed", e);
    }
    boolean isFollowed =
        "https".equals(target.getScheme()) || from.getScheme().equals(target.getScheme());
    if (!isFollowed || target.getHost() == null) {
      throw new IOException(
          "it redirects to %s://%s, but only http and https are followed, and from https only https"
              .formatted(target.getScheme(), target.getHost()));
    }
    return target;
  }

  private Answer send(SdkHttpMethod method, URI uri, String accepted) throws IOException {
    HttpExecuteRequest request =
        HttpExecuteRequest.builder()
            .request(
                SdkHttpFullRequest.builder()
                    .method(method)
                    .uri(uri)
                    .putHeader("Accept", accepted)
                    .putHeader("Host", uri.getRawAuthority())
                    .build())
            .build();
    long begun = nanoTime.getAsLong();
    for (int attempt = 0; ; attempt++) {
      try {
        return answerOf(http.prepareRequest(request).call());
      } catch (IOException e) {
        if (attempt == Mirror.MAX_REPEATS || nanoTime.getAsLong() - begun > QUICK.toNanos()) {
          throw e;
        }
      }
    }
  }

  private static Answer answerOf(HttpExecuteResponse response) throws IOException {
    Optional<AbortableInputStream> body = response.responseBody();
    if (body.isEmpty()) {
      return new Answer(response.httpResponse(), new byte[0]);
    }
    try (InputStream content = body.get()) {
      return new Answer(response.httpResponse(), content.readAllBytes());
    }
  }
}
