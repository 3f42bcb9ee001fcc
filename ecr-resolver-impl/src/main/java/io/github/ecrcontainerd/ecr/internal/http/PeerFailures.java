package io.github.ecrcontainerd.ecr.internal.http;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.crt.CRT;
import software.amazon.awssdk.crt.http.HttpException;

/**
 * Explains the CRT's failures to a user: which peer, what is wrong, and what to check. It uses the
 * names of the CRT's error codes (aws-c-io's io.h, aws-c-http's http.h).
 *
 * @param peer the host and port of the connection: the proxy's, if there is one
 * @param proxied whether the peer is a proxy
 */
record PeerFailures(String peer, boolean proxied) {

  private static final String NO_THREAD = "AWS_ERROR_THREAD_INSUFFICIENT_RESOURCE";

  /** Explains a failure. Returns the failure itself if it is not the CRT's. */
  Throwable explain(Throwable failure) {
    HttpException crt = crtFailure(failure);
    if (crt == null) {
      return failure;
    }
    return new PeerException(
        words(CRT.awsErrorName(crt.getErrorCode()), String.valueOf(crt.getMessage())), failure);
  }

  /** Whether the system had no thread for the request. */
  static boolean lackedThread(Throwable failure) {
    HttpException crt = crtFailure(failure);
    return crt != null && CRT.awsErrorName(crt.getErrorCode()).equals(NO_THREAD);
  }

  private static @Nullable HttpException crtFailure(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof HttpException crt) {
        return crt;
      }
    }
    return null;
  }

  private String words(String name, String message) {
    String who = proxied ? "the proxy " + peer : peer;
    return "no answer from %s: %s".formatted(who, reason(name, message));
  }

  private String reason(String name, String message) {
    return switch (name) {
      case "AWS_IO_SOCKET_CONNECTION_REFUSED" ->
          "nothing listens there (connection refused). Check " + setting();
      case "AWS_IO_DNS_INVALID_NAME",
          "AWS_IO_DNS_NO_ADDRESS_FOR_HOST",
          "AWS_IO_DNS_QUERY_FAILED",
          "AWS_IO_DNS_QUERY_AGAIN" ->
          "this name has no address. Check %s, and the network".formatted(setting());
      case "AWS_IO_SOCKET_TIMEOUT",
          "AWS_IO_SOCKET_NO_ROUTE_TO_HOST",
          "AWS_IO_SOCKET_NETWORK_DOWN" ->
          "%s. Check the network, firewalls and %s".formatted(message, setting());
      case "AWS_ERROR_HTTP_CHANNEL_THROUGHPUT_FAILURE" ->
          "it received the request, but sent no answer. Check whether it is overloaded";
      case "AWS_ERROR_HTTP_CONNECTION_CLOSED",
          "AWS_ERROR_HTTP_SERVER_CLOSED",
          "AWS_IO_SOCKET_CLOSED" ->
          "it closed the connection (%s). Check whether it is healthy, and whether the URL is right"
              .formatted(message);
      case "AWS_ERROR_HTTP_PROXY_CONNECT_FAILED", "AWS_ERROR_HTTP_PROXY_CONNECT_FAILED_RETRYABLE" ->
          "it refused the connection to the registry. Check its rules, and the user and password for it";
      case "AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE", "AWS_IO_TLS_NEGOTIATION_TIMEOUT" ->
          "TLS failed (%s)".formatted(message);
      default -> message;
    };
  }

  private String setting() {
    return proxied
        ? "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
        : "the region, and the endpoint that is set (--endpoint-url, AWS_ENDPOINT_URL_ECR)";
  }
}
