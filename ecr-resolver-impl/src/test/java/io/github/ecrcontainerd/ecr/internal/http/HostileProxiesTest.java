package io.github.ecrcontainerd.ecr.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.fuzz.Fuzz;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Variables of a proxy that can't be meant so. ProxiesIT compares some of them with curl. */
class HostileProxiesTest {
  private static final List<String> WORDS =
      List.of(
          "://",
          "@",
          ":",
          "[",
          "]",
          "%",
          "%zz",
          "%00",
          " ",
          "\n",
          "\u001b",
          "\u202e",
          "::1",
          ":99999",
          ":-1",
          ":0",
          "socks5://",
          "*",
          "\\E",
          "/",
          "10.0.0.0/33",
          "x".repeat(3000),
          ",");

  @Test
  void addressesOfProxiesAreReadOrRefusedWithoutTheirPassword() {
    Fuzz.refusedBy(IllegalArgumentException.class)
        .check(
            Fuzz.changed(
                Fuzz.bytes(
                    "http://me:s3cret%21@proxy.example:3128/",
                    "https://[2001:db8::1]:3129", "proxy.example:3128"),
                WORDS),
            input -> {
              String text = new String(input, UTF_8);
              try {
                ProxySettings read =
                    ProxySettings.of(name -> null, Map.of("HTTPS_PROXY", text)::get);
                read.https()
                    .ifPresent(
                        proxy -> {
                          assertThat(proxy.port()).isBetween(1, 65_535);
                          assertThat(proxy.scheme()).isIn("http", "https");
                          // What follows the login, or stands where there is none, is no secret.
                          assertThat(proxy.host()).isNotEmpty().doesNotContain("@");
                          assertThat(proxy.toString().replace(proxy.host(), "<host>"))
                              .doesNotContain("s3cret");
                        });
              } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageNotContaining("s3cret").hasNoCause();
                throw e;
              }
            });
  }

  @Test
  void exceptionsFromAProxyAreAlwaysRead() {
    Fuzz.refusedBy(IllegalArgumentException.class)
        .oneSided()
        .check(
            Fuzz.changed(
                Fuzz.bytes(
                    "localhost,.example.com,10.0.0.0/8,[2001:db8::]/32,*.internal:8080",
                    "*",
                    "169.254.169.254 api.ecr.us-west-2.amazonaws.com:443"),
                WORDS),
            input -> {
              Map<String, String> set =
                  Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", new String(input, UTF_8));
              ProxySettings read = ProxySettings.of(name -> null, set::get);
              for (String host :
                  List.of("api.ecr.us-west-2.amazonaws.com", "10.1.2.3", "[2001:db8::1]", "")) {
                var _ = read.forRequest("https", host, 443);
              }
              assertThat(read.forRequest("https", "127.0.0.1", 443)).isEmpty();
            });
  }
}
