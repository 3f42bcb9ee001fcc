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
 * @param expiry when it stops working, as the URL itself says
 */
record LayerUrl(URI uri, Instant expiry) {
  private static final Duration NEAR_EXPIRY = Duration.ofSeconds(15);

  /** The form of X-Amz-Date (AWS Signature Version 4, "query parameters"). */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  /** Reads the expiry from X-Amz-Date and X-Amz-Expires; a URL without them doesn't expire. */
  static LayerUrl of(URI uri) {
    Instant expiry =
        parameter(uri, "X-Amz-Date")
            .flatMap(
                date -> parameter(uri, "X-Amz-Expires").flatMap(seconds -> expiryOf(date, seconds)))
            .orElse(Instant.MAX);
    return new LayerUrl(uri, expiry);
  }

  /**
   * When to use another one, so that no request meets this one expired: some seconds before, or the
   * last quarter of a short life.
   */
  Instant renewal(Instant now) {
    if (expiry.equals(Instant.MAX)) {
      return expiry;
    }
    Duration quarter = Duration.between(now, expiry).dividedBy(4);
    return expiry.minus(quarter.compareTo(NEAR_EXPIRY) < 0 ? quarter : NEAR_EXPIRY);
  }

  private static Optional<Instant> expiryOf(String date, String seconds) {
    try {
      return Optional.of(DATE.parse(date, Instant::from).plusSeconds(Long.parseLong(seconds)));
    } catch (DateTimeException | NumberFormatException | ArithmeticException unreadable) {
      return Optional.empty();
    }
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
