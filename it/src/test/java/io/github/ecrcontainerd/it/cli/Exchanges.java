package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What servers of the JDK's that stand in for AWS's read and write. */
final class Exchanges {
  private static final Pattern CREDENTIAL = Pattern.compile("Credential=([A-Z0-9]+)/");

  private Exchanges() {}

  /** The access key that signed a request, or {@code none}. */
  static String signingKey(HttpExchange exchange) {
    String signature = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher credential = CREDENTIAL.matcher(signature == null ? "" : signature);
    return credential.find() ? credential.group(1) : "none";
  }

  /** Answers with XML or HTML, or with JSON, by how the body begins; and ends the exchange. */
  static void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] bytes = body.getBytes(UTF_8);
      exchange
          .getResponseHeaders()
          .set("Content-Type", body.startsWith("<") ? "text/xml" : "application/x-amz-json-1.1");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
