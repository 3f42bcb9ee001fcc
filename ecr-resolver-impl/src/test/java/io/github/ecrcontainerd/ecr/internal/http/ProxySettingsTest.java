package io.github.ecrcontainerd.ecr.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxySettingsTest {

  private static ProxySettings variables(Map<String, String> environment) {
    return ProxySettings.of(name -> null, environment::get);
  }

  private static ProxySettings properties(Map<String, String> properties) {
    return ProxySettings.of(properties::get, name -> null);
  }

  private static Optional<String> hostFor(ProxySettings settings, String scheme) {
    return settings.forRequest(scheme, "api.ecr.us-west-2.amazonaws.com", 443).map(Proxy::host);
  }

  @Test
  void takesTheProxyOfTheUrlsScheme() {
    ProxySettings settings =
        variables(Map.of("HTTP_PROXY", "http://plain:3128", "HTTPS_PROXY", "http://secure:3129"));
    assertThat(hostFor(settings, "http")).contains("plain");
    assertThat(hostFor(settings, "https")).contains("secure");
    assertThat(settings.isEmpty()).isFalse();
  }

  @Test
  void readsLowerCaseVariablesToo() {
    assertThat(hostFor(variables(Map.of("https_proxy", "secure:3129")), "https"))
        .contains("secure");
    assertThat(hostFor(variables(Map.of("http_proxy", "plain:3129")), "http")).contains("plain");
    assertThat(variables(Map.of("https_proxy", "a:1", "no_proxy", "*")).direct()).isNotEmpty();
  }

  @Test
  void needsNoProxyWhereNoneIsSet() {
    assertThat(variables(Map.of("HTTPS_PROXY", " ")).isEmpty()).isTrue();
    assertThat(hostFor(variables(Map.of("HTTP_PROXY", "plain:1")), "https")).isEmpty();
  }

  @Test
  void prefersJavasPropertiesToTheEnvironment() {
    Map<String, String> set =
        Map.of(
            "https.proxyHost", "java",
            "https.proxyPort", "8080",
            "https.proxyUser", "me",
            "https.proxyPassword", "hunter2");
    ProxySettings settings = ProxySettings.of(set::get, Map.of("HTTPS_PROXY", "env:1")::get);
    assertThat(settings.https())
        .contains(new Proxy("http", "java", 8080, Optional.of(new Proxy.Login("me", "hunter2"))));
    assertThat(settings.toString()).doesNotContain("hunter2");
  }

  @ParameterizedTest(name = "{0}: {1} {2} {3}")
  @CsvSource({
    "http://proxy:3128, http, proxy, 3128",
    "proxy:3128, http, proxy, 3128",
    "proxy, http, proxy, 80",
    "https://proxy, https, proxy, 443",
    "http://10.0.0.1:8080/, http, 10.0.0.1, 8080",
    "http://[::1]:8080, http, [::1], 8080",
  })
  void readsAProxysUrl(String url, String scheme, String host, int port) {
    assertThat(variables(Map.of("HTTPS_PROXY", url)).https())
        .contains(new Proxy(scheme, host, port, Optional.empty()));
  }

  @Test
  void readsAPasswordWithPercentSignsAndShowsItToNobody() {
    Proxy proxy =
        variables(Map.of("HTTPS_PROXY", "http://a%40b:p%3Aw+d@proxy:1")).https().orElseThrow();
    assertThat(proxy.login()).contains(new Proxy.Login("a@b", "p:w+d"));
    assertThat(proxy.toString()).doesNotContain("p:w").doesNotContain("a@b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"socks5://me:hunter2@proxy:1", "http://", "http://me:hunter2@ proxy"})
  void refusesAMalformedProxyWithoutItsPassword(String url) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> variables(Map.of("HTTPS_PROXY", url)))
        .withMessageContaining("HTTPS_PROXY")
        .withMessageNotContaining("hunter2")
        .withNoCause();
  }

  @ParameterizedTest(name = "NO_PROXY={0}, {1}:{2}: direct {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "*                            | a.example | 443 | true",
        "a.example                    | a.example | 443 | true",
        "a.example                    | A.Example | 443 | true",
        "example                      | a.example | 443 | true",
        "example                      | notexample | 443 | false",
        ".example                     | a.example | 443 | true",
        ".example                     | example   | 443 | false",
        "*.example                    | a.example | 443 | true",
        "a.example:443                | a.example | 443 | true",
        "a.example:8443               | a.example | 443 | false",
        "b.example, a.example         | a.example | 443 | true",
        "b.example a.example          | a.example | 443 | true",
        "10.1.2.3                     | 10.1.2.3  | 80  | true",
        "b.example                    | a.example | 443 | false",
        "10.0.0.0/8                   | 10.1.2.3  | 443 | true",
        "10.0.0.0/8                   | 11.1.2.3  | 443 | false",
        "10.0.0.0/8                   | 10.example | 443 | false",
        "10.1.2.3/33                  | 10.1.2.3  | 443 | false",
        "10.1.2.3:8443                | 10.1.2.3  | 443 | false",
        "10.1.2.3:443                 | 10.1.2.3  | 443 | true",
        "10.1.2.3                     | x.10.1.2.3 | 443 | false",
        "fd00::/8                     | fd12::1   | 443 | true",
        "fd00::/8                     | [fd12::1] | 443 | true",
        "fd00::/8                     | fe80::1   | 443 | false",
        "[fd00::1]:443                | fd00::1   | 443 | true",
        "fd00::1                      | fd00::2   | 443 | false",
        "''                           | a.example | 443 | false",
        "''                           | localhost | 443 | true",
        "''                           | 127.0.0.1 | 443 | true",
        "''                           | ::1       | 443 | true",
        "''                           | 127.example | 443 | false",
      })
  void goesDirectlyWhereTheEnvironmentSaysSo(String list, String host, int port, boolean direct) {
    ProxySettings settings = variables(Map.of("HTTPS_PROXY", "proxy:1", "NO_PROXY", list));
    assertThat(settings.forRequest("https", host, port).isEmpty()).isEqualTo(direct);
  }

  @ParameterizedTest(name = "http.nonProxyHosts={0}, {1}: direct {2}")
  @CsvSource({
    "a.example|b.example, b.example, true",
    "*.example, a.example, true",
    "10.*, 10.1.2.3, true",
    "a.example, b.a.example, false",
  })
  void goesDirectlyWhereJavasPropertySaysSo(String list, String host, boolean direct) {
    ProxySettings settings =
        properties(Map.of("https.proxyHost", "proxy", "http.nonProxyHosts", list));
    assertThat(settings.forRequest("https", host, 443).isEmpty()).isEqualTo(direct);
  }
}
