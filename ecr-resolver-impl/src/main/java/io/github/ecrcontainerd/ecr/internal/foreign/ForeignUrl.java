package io.github.ecrcontainerd.ecr.internal.foreign;

import java.io.IOException;
import java.net.URI;

/**
 * A URL of a foreign layer: an http or https URL with a host, and without user and password. Its
 * query may contain a signature and is not shown.
 */
record ForeignUrl(URI uri) {

  /**
   * Checks a URL.
   *
   * @throws IOException if layers can't be fetched from such a URL
   */
  static ForeignUrl of(URI uri) throws IOException {
    boolean http = "http".equalsIgnoreCase(uri.getScheme());
    if (!http && !"https".equalsIgnoreCase(uri.getScheme())) {
      throw new IOException("a layer's url begins with http:// or https://");
    }
    if (uri.getHost() == null || uri.getHost().isEmpty() || uri.getRawUserInfo() != null) {
      throw new IOException("a layer's url must name a host and must not contain a user");
    }
    return new ForeignUrl(uri);
  }

  boolean isSecure() {
    return "https".equalsIgnoreCase(uri.getScheme());
  }

  /** The host, without the brackets of an IPv6 address. */
  String host() {
    String host = uri.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  int port() {
    return uri.getPort() >= 0 ? uri.getPort() : isSecure() ? 443 : 80;
  }

  /** The target of the request: path and query. */
  String target() {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  /** The value of the Host header. */
  String authority() {
    return uri.getPort() >= 0 ? uri.getHost() + ":" + uri.getPort() : uri.getHost();
  }

  /**
   * The target of a redirect.
   *
   * @throws IOException if layers can't be fetched from such a URL
   */
  ForeignUrl redirected(String location) throws IOException {
    ForeignUrl next;
    try {
      next = of(uri.resolve(location));
    } catch (IllegalArgumentException e) {
      throw new IOException("it redirects to an invalid url", e);
    }
    if (isSecure() && !next.isSecure()) {
      throw new IOException("it redirects from https to http");
    }
    return next;
  }

  /** The URL without its query. */
  @Override
  public String toString() {
    return uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath();
  }
}
