package io.github.ecrcontainerd.ecr.internal.download;

import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/**
 * A presigned URL of a layer. Its query is a secret, because it is enough to read the layer.
 *
 * @param uri the full URL
 * @param usable how long after its receipt requests may use it without finding it expired
 * @param redirects how many redirects led to it
 * @param attempt how often a mirror's URL was tried before
 * @param origin whether it is ECR's, or a mirror's, which has no secret
 */
record LayerUrl(URI uri, Duration usable, int redirects, int attempt, Origin origin) {
  /** The usable time of a URL that doesn't expire. */
  static final Duration FOR_EVER = Duration.ofDays(365);

  private static final Duration NEAR_EXPIRY = Duration.ofSeconds(15);

  private static final int MAX_REDIRECTS = 5;

  /** The form of X-Amz-Date (AWS Signature Version 4, "query parameters"). */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /**
   * A URL that was just received. X-Amz-Date and X-Amz-Expires in its query tell when it expires.
   * Without them, it doesn't expire.
   */
  static LayerUrl of(URI uri, Instant now) {
    return new LayerUrl(uri, usable(uri, now), 0, 0, Origin.ECR);
  }

  /** A URL of a mirror. */
  static LayerUrl ofMirror(URI uri) {
    return new LayerUrl(uri, FOR_EVER, 0, 0, Origin.MIRROR);
  }

  /** The same URL, to be tried again. */
  LayerUrl again() {
    return new LayerUrl(uri, usable, redirects, attempt + 1, origin);
  }

  boolean isOfMirror() {
    return origin == Origin.MIRROR;
  }

  private static Duration usable(URI uri, Instant now) {
    return lifetime(uri)
        .flatMap(
            lifetime ->
                parameter(uri, "X-Amz-Date")
                    .flatMap(LayerUrl::instant)
                    .map(signed -> beforeExpiry(left(signed, lifetime, now))))
        .orElse(FOR_EVER);
  }

  /**
   * A URL that was just received is valid. If it looks expired by this machine's clock, the clock
   * is wrong.
   */
  private static Duration left(Instant signed, Duration lifetime, Instant now) {
    Duration left = Duration.between(now, signed.plus(lifetime));
    return left.isPositive() && left.compareTo(lifetime) < 0 ? left : lifetime;
  }

  /**
   * Stops the use of a URL some seconds before it expires, or after half of a short lifetime. A
   * request may have to connect, together with fifteen others, before the server checks its URL.
   */
  private static Duration beforeExpiry(Duration left) {
    Duration half = left.dividedBy(2);
    return left.minus(half.compareTo(NEAR_EXPIRY) < 0 ? half : NEAR_EXPIRY);
  }

  private static Optional<Duration> lifetime(URI uri) {
    try {
      return parameter(uri, "X-Amz-Expires")
          .map(Long::parseLong)
          .filter(seconds -> seconds > 0 && seconds <= FOR_EVER.toSeconds())
          .map(Duration::ofSeconds);
    } catch (NumberFormatException unreadable) {
      return Optional.empty();
    }
  }

  private static Optional<Instant> instant(String date) {
    try {
      return Optional.of(DATE.parse(date, Instant::from));
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }

  /**
   * The target of the server's redirect.
   *
   * @param location the answer's Location header
   * @throws InvalidAnswerException if the redirect can't be followed
   */
  LayerUrl redirectedTo(String location, Instant now) throws InvalidAnswerException {
    URI target;
    try {
      target = uri.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new InvalidAnswerException("it redirects to a URL that can't be parsed");
    }
    String scheme = target.getScheme();
    if (!isUsable(target) || !("https".equals(scheme) || scheme.equals(uri.getScheme()))) {
      throw new InvalidAnswerException(
          "it redirects to %s://%s, but only http and https are followed, and from https only https"
              .formatted(scheme, target.getHost()));
    }
    if (redirects == MAX_REDIRECTS) {
      throw new InvalidAnswerException(
          "%d redirects, the last to %s, did not lead to a layer"
              .formatted(redirects, target.getHost()));
    }
    Duration own = usable(target, now);
    return new LayerUrl(
        target, own.compareTo(usable) < 0 ? own : usable, redirects + 1, attempt, origin);
  }

  /** Whether a connection to its host can be tried at all. */
  static boolean isUsable(URI uri) {
    return uri.getHost() != null && uri.getPort() != 0 && uri.getPort() < 1 << 16;
  }

  private static Optional<String> parameter(URI uri, String name) {
    String query = uri.getRawQuery();
    return query == null
        ? Optional.empty()
        : Arrays.stream(query.split("&"))
            .filter(p -> p.regionMatches(true, 0, name + "=", 0, name.length() + 1))
            .map(p -> p.substring(name.length() + 1))
            .findFirst();
  }

  /**
   * Sends a GET for this URL. The result completes when the connection is free again.
   *
   * @param range the value of the Range header, {@code ""} for none
   */
  CompletableFuture<Void> get(
      SdkAsyncHttpClient http, String range, SdkAsyncHttpResponseHandler handler) {
    SdkHttpFullRequest.Builder request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(uri)
            .putHeader("Host", uri.getRawAuthority());
    if (!range.isEmpty()) {
      request.putHeader("Range", range);
    }
    return http.execute(
        AsyncExecuteRequest.builder()
            .request(new LayerRequest(uri, request.build()))
            .requestContentPublisher(new NoContent())
            .responseHandler(handler)
            .build());
  }

  /** The URL without its query, and without a login that a redirect may have. */
  @Override
  public String toString() {
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return uri.getScheme() + "://" + uri.getHost() + port + uri.getRawPath();
  }
}
