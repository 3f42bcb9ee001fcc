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
 * A presigned URL of a layer. Its query is a secret: it is all that it takes to read the layer.
 *
 * @param uri the whole of it
 * @param usable for how long after it was given out no request meets it expired
 * @param redirects how many of them led to it
 */
record LayerUrl(URI uri, Duration usable, int redirects) {
  /** Of a URL that doesn't expire. */
  static final Duration FOR_EVER = Duration.ofDays(365);

  private static final Duration NEAR_EXPIRY = Duration.ofSeconds(15);

  private static final int MAX_REDIRECTS = 5;

  /** The form of X-Amz-Date (AWS Signature Version 4, "query parameters"). */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /**
   * One that was given out now. It says itself when it expires, by X-Amz-Date and X-Amz-Expires; if
   * not, it doesn't expire.
   */
  static LayerUrl of(URI uri, Instant now) {
    return new LayerUrl(uri, usable(uri, now), 0);
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

  /** One that has just come lives: if this machine's clock says otherwise, the clock is wrong. */
  private static Duration left(Instant signed, Duration lifetime, Instant now) {
    Duration left = Duration.between(now, signed.plus(lifetime));
    return left.isPositive() && left.compareTo(lifetime) < 0 ? left : lifetime;
  }

  /**
   * Some seconds before, or in the middle of a short life: a request may have to make a connection
   * before the server looks at its URL, beside fifteen others that do.
   */
  private static Duration beforeExpiry(Duration left) {
    Duration half = left.dividedBy(2);
    return left.minus(half.compareTo(NEAR_EXPIRY) < 0 ? half : NEAR_EXPIRY);
  }

  private static Optional<Duration> lifetime(URI uri) {
    try {
      return parameter(uri, "X-Amz-Expires").map(Long::parseLong).map(Duration::ofSeconds);
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
   * Where the server sends who asks for this one.
   *
   * @param location what the answer says
   * @throws InvalidAnswerException if that can't be followed
   */
  LayerUrl redirectedTo(String location, Instant now) throws InvalidAnswerException {
    URI target;
    try {
      target = uri.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new InvalidAnswerException("it sends to another place, whose URL can't be read");
    }
    String scheme = target.getScheme();
    if (target.getHost() == null || !("https".equals(scheme) || scheme.equals(uri.getScheme()))) {
      throw new InvalidAnswerException(
          "it sends to %s://%s, and only http and https lead on, from https only https"
              .formatted(scheme, target.getHost()));
    }
    if (redirects == MAX_REDIRECTS) {
      throw new InvalidAnswerException(
          "%d redirects, the last to %s, led to no layer".formatted(redirects, target.getHost()));
    }
    Duration own = usable(target, now);
    return new LayerUrl(target, own.compareTo(usable) < 0 ? own : usable, redirects + 1);
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
   * Sends a GET for it. The result ends when the connection is free again.
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

  /** Without the query. */
  @Override
  public String toString() {
    return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
  }
}
