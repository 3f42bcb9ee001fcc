package io.github.ecrcontainerd.local.layers;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An error in S3's form ("Error responses" in its API reference): a status and some XML. */
final class S3Error extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final String ACTUAL_SIZE = "ActualObjectSize";

  private final transient HttpResponseStatus status;
  private final String code;
  private final transient Map<String, String> details;
  private Duration retryAfter = Duration.ZERO;

  private S3Error(
      HttpResponseStatus status, String code, String message, Map<String, String> details) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  private S3Error(HttpResponseStatus status, String code, String message) {
    this(status, code, message, Map.of());
  }

  static S3Error accessDenied() {
    return new S3Error(HttpResponseStatus.FORBIDDEN, "AccessDenied", "Access Denied");
  }

  static S3Error signatureDoesNotMatch() {
    return new S3Error(
        HttpResponseStatus.FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your"
            + " key and signing method.");
  }

  static S3Error expired(Duration lifetime, Instant end, Instant now) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("X-Amz-Expires", Long.toString(lifetime.toSeconds()));
    details.put("Expires", end.truncatedTo(ChronoUnit.SECONDS).toString());
    details.put("ServerTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
    return new S3Error(
        HttpResponseStatus.FORBIDDEN, "AccessDenied", "Request has expired", details);
  }

  static S3Error noSuchKey(String path) {
    return new S3Error(
        HttpResponseStatus.NOT_FOUND,
        "NoSuchKey",
        "The specified key does not exist.",
        Map.of("Key", path.startsWith("/") ? path.substring(1) : path));
  }

  static S3Error invalidRange(String asked, long size) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("RangeRequested", asked);
    details.put(ACTUAL_SIZE, Long.toString(size));
    return new S3Error(
        HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        "InvalidRange",
        "The requested range is not satisfiable",
        details);
  }

  static S3Error preconditionFailed(String header) {
    return new S3Error(
        HttpResponseStatus.PRECONDITION_FAILED,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        Map.of("Condition", header));
  }

  static S3Error methodNotAllowed(String method) {
    return new S3Error(
        HttpResponseStatus.METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "The specified method is not allowed against this resource.",
        Map.of("Method", method, "ResourceType", "OBJECT"));
  }

  static S3Error slowDown(Duration retryAfter) {
    S3Error error =
        new S3Error(
            HttpResponseStatus.SERVICE_UNAVAILABLE, "SlowDown", "Please reduce your request rate.");
    error.retryAfter = retryAfter;
    return error;
  }

  static S3Error internalError() {
    return new S3Error(
        HttpResponseStatus.INTERNAL_SERVER_ERROR,
        "InternalError",
        "We encountered an internal error. Please try again.");
  }

  /**
   * The Content-Range of the response, which states the length of a layer that has no such range.
   */
  Optional<String> contentRange() {
    return Optional.ofNullable(details.get(ACTUAL_SIZE)).map(size -> "bytes */" + size);
  }

  /** The seconds of the response's Retry-After header, if it has one. */
  Optional<Long> retryAfter() {
    return Optional.of(retryAfter.toSeconds()).filter(seconds -> seconds > 0);
  }

  HttpResponseStatus status() {
    return status;
  }

  /** The body of the response. */
  byte[] xml(String requestId) {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    element(xml, "Code", code);
    element(xml, "Message", String.valueOf(getMessage()));
    details.forEach((name, value) -> element(xml, name, value));
    element(xml, "RequestId", requestId);
    element(xml, "HostId", "ecr-local");
    return xml.append("</Error>").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void element(StringBuilder xml, String name, String value) {
    String text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    xml.append('<').append(name).append('>').append(text).append("</").append(name).append('>');
  }
}
