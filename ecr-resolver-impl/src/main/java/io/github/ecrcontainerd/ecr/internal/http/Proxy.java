package io.github.ecrcontainerd.ecr.internal.http;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An HTTP proxy.
 *
 * @param scheme the protocol to the proxy: {@code http} or {@code https}
 * @param login the user and password for the proxy, a secret
 */
record Proxy(String scheme, String host, int port, Optional<Login> login) {

  /** A user and a password. */
  record Login(String user, String password) {
    @Override
    public String toString() {
      return "...";
    }
  }

  /**
   * Parses {@code [http[s]://][user:password@]host[:port]}.
   *
   * @param variable the variable that it came from, for messages, which don't show its value
   * @throws IllegalArgumentException if it is something else
   */
  static Proxy parse(String variable, String text) {
    URI url;
    try {
      url = URI.create(text.contains("://") ? text : "http://" + text);
    } catch (IllegalArgumentException e) {
      // The cause is left out, because it shows the password.
      throw malformed(variable);
    }
    boolean tls = "https".equals(url.getScheme());
    if (url.getHost() == null || !(tls || "http".equals(url.getScheme()))) {
      throw malformed(variable);
    }
    int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
    if (port == 0 || port >= 1 << 16) {
      throw malformed(variable);
    }
    Optional<Login> login = Optional.ofNullable(url.getRawUserInfo()).map(Proxy::login);
    return new Proxy(url.getScheme(), url.getHost(), port, login);
  }

  private static Login login(String raw) {
    int colon = raw.indexOf(':');
    return colon < 0
        ? new Login(decoded(raw), "")
        : new Login(decoded(raw.substring(0, colon)), decoded(raw.substring(colon + 1)));
  }

  /** Decodes percent signs only. A plus sign stays a plus sign. */
  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static IllegalArgumentException malformed(String variable) {
    return new IllegalArgumentException(
        variable + " is not the URL of an HTTP proxy (write http://host:port)");
  }
}
