package io.github.ecrcontainerd.local.layers;

import io.github.ecrcontainerd.local.store.RepositoryName;
import io.github.ecrcontainerd.resolver.Digest;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.QueryStringEncoder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs and checks the URLs of layers. They have the query parameters of S3's presigned URLs
 * ("Using query parameters", Signature Version 4), and are signed with a key that only this server
 * knows.
 */
public final class PresignedUrls {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String DATE = "X-Amz-Date";
  private static final String EXPIRES = "X-Amz-Expires";
  private static final String SIGNATURE = "X-Amz-Signature";
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuuMMdd").withZone(ZoneOffset.UTC);
  private static final String BLOBS = "/blobs/";

  private final InstantSource clock;
  private final SecretKeySpec key;

  public PresignedUrls(InstantSource clock) {
    this.clock = clock;
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    this.key = new SecretKeySpec(secret, ALGORITHM);
  }

  /** The layer of a URL. */
  public record SignedLayer(RepositoryName repository, Digest digest) {}

  /** Signs a URL with a limited lifetime. */
  public String sign(URI endpoint, RepositoryName repository, Digest digest, Duration lifetime) {
    Instant now = clock.instant();
    String path = "/" + repository + BLOBS + digest.algorithm().label() + "/" + digest.hex();
    Map<String, String> query = new TreeMap<>();
    query.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    query.put("X-Amz-Credential", "ecr-local/" + DAY.format(now) + "/local/s3/aws4_request");
    query.put(DATE, TIMESTAMP.format(now));
    query.put(EXPIRES, Long.toString(lifetime.toSeconds()));
    query.put("X-Amz-SignedHeaders", "host");
    QueryStringEncoder url = new QueryStringEncoder(endpoint + path);
    query.forEach(url::addParam);
    url.addParam(SIGNATURE, signature(path, query));
    return url.toString();
  }

  /**
   * Checks a URL's path and query.
   *
   * @throws S3Error if it is not signed by this server, has expired, or names no layer
   */
  SignedLayer check(String uri) {
    QueryStringDecoder decoder = new QueryStringDecoder(uri);
    Map<String, String> query = new TreeMap<>();
    for (Map.Entry<String, List<String>> each : decoder.parameters().entrySet()) {
      query.put(each.getKey(), each.getValue().getFirst());
    }
    @Nullable String signature = query.remove(SIGNATURE);
    if (signature == null) {
      throw S3Error.accessDenied();
    }
    if (!MessageDigest.isEqual(
        signature(decoder.rawPath(), query).getBytes(StandardCharsets.UTF_8),
        signature.getBytes(StandardCharsets.UTF_8))) {
      throw S3Error.signatureDoesNotMatch();
    }
    checkAge(query.getOrDefault(DATE, ""), query.getOrDefault(EXPIRES, ""));
    return layer(decoder.rawPath());
  }

  private void checkAge(String date, String expires) {
    try {
      Duration lifetime = Duration.ofSeconds(Long.parseLong(expires));
      Instant end = TIMESTAMP.parse(date, Instant::from).plus(lifetime);
      Instant now = clock.instant();
      if (!now.isBefore(end)) {
        throw S3Error.expired(lifetime, end, now);
      }
    } catch (DateTimeException | NumberFormatException e) {
      throw S3Error.accessDenied();
    }
  }

  private static SignedLayer layer(String path) {
    int blobs = path.lastIndexOf(BLOBS);
    try {
      return new SignedLayer(
          new RepositoryName(path.substring(1, blobs)),
          Digest.parse(path.substring(blobs + BLOBS.length()).replace('/', ':')));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw S3Error.noSuchKey(path);
    }
  }

  private String signature(String path, Map<String, String> query) {
    StringBuilder signed = new StringBuilder(path);
    query.forEach((name, value) -> signed.append('\n').append(name).append('=').append(value));
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return HexFormat.of()
          .formatHex(mac.doFinal(signed.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JDK has no " + ALGORITHM, e);
    }
  }
}
