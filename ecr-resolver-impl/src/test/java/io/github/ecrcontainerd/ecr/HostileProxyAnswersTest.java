package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.ecrcontainerd.fuzz.Fuzz;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Answers of a proxy to CONNECT that no honest one gives. The registry itself is never reached. */
@Timeout(120)
@Isolated("Java's settings of a proxy are those of the process.")
class HostileProxyAnswersTest {

  @AfterEach
  void forget() {
    System.clearProperty("https.proxyHost");
    System.clearProperty("https.proxyPort");
  }

  private static EcrResolver through(RawServer proxy) {
    // Requests to the loopback itself use no proxy, but the proxy may be there.
    String[] address = proxy.host().split(":", 2);
    System.setProperty("https.proxyHost", address[0]);
    System.setProperty("https.proxyPort", address[1]);
    return RawServer.builder("https://ecr.invalid").apiTimeout(Duration.ofSeconds(1)).build();
  }

  private static Fuzz refused() {
    // The first call loads classes, which counts.
    return Fuzz.refusedBy(ResolverException.class)
        .within(Duration.ofSeconds(10))
        .allocating(128 << 20);
  }

  @Test
  void answersToConnectAreRefused() {
    byte[][] current = {new byte[0]};
    Supplier<byte[]> answer = () -> current[0];
    try (RawServer proxy = new RawServer();
        EcrResolver resolver = through(proxy)) {
      proxy.answers((request, out) -> out.write(answer.get()));
      refused()
          .oneOf(100)
          .oneSided()
          .check(
              Fuzz.changed(
                  Fuzz.bytes(
                      "HTTP/1.1 200 OK\r\n\r\n\u0016\u0003\u0001 no TLS",
                      "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n",
                      "HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\n<html>no\r",
                      "HTTP/1.1 503 Later\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno!\r\n0\r\n\r\n",
                      "<html><body>Blocked</body></html>",
                      "SSH-2.0-OpenSSH_9.2"),
                  List.of(
                      "\u0000\u0001\u0002",
                      "Content-Length: 99999999999999999999\r\n",
                      "HTTP/1.1 100 Continue\r\n\r\n",
                      "Location: http://127.0.0.1:1/\r\n",
                      "X: " + "y".repeat(5000) + "\r\n")),
              input -> {
                current[0] = input;
                var _ = resolver.resolve(REFERENCE);
              });
    }
  }

  @Test
  void anAnswerToConnectWithoutAnEndIsEnded() {
    byte[] some = ("X: " + "y".repeat(1000) + "\r\n").repeat(60).getBytes(UTF_8);
    for (String status : List.of("200 OK", "407 Who are you")) {
      try (RawServer proxy = new RawServer();
          EcrResolver resolver = through(proxy)) {
        proxy.answers(
            (request, out) -> {
              RawServer.write(out, "HTTP/1.1 %s\r\n".formatted(status));
              while (true) {
                out.write(some);
              }
            });
        refused()
            .refuses(
                () -> {
                  var _ = resolver.resolve(REFERENCE);
                });
      }
    }
  }
}
