package io.github.ecrcontainerd.ecr.internal.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the proxy of a request. The settings are Java's system properties {@code
 * http[s].proxyHost}, {@code .proxyPort}, {@code .proxyUser}, {@code .proxyPassword} and {@code
 * http.nonProxyHosts} or, where those are not set, the variables {@code HTTP_PROXY}, {@code
 * HTTPS_PROXY} and {@code NO_PROXY}, in upper or lower case. The variables have the same meaning as
 * in Go programs. An entry of {@code NO_PROXY} is a host with its subdomains, with a leading dot
 * only the subdomains, an IP address or a block of addresses ({@code 10.0.0.0/8}), with or without
 * a port, or {@code *}. Requests to this machine itself never use a proxy.
 *
 * @param http the proxy for {@code http} URLs
 * @param https the proxy for {@code https} URLs
 * @param direct the hosts that are reached without a proxy
 */
record ProxySettings(Optional<Proxy> http, Optional<Proxy> https, List<Exemption> direct) {
  /** No proxy for anything. */
  static final ProxySettings NONE =
      new ProxySettings(Optional.empty(), Optional.empty(), List.of());

  private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[.*]|[^:]*):([0-9]{1,5})");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127\\.[0-9.]+|\\[?::1]?", Pattern.CASE_INSENSITIVE);

  /**
   * Hosts that need no proxy.
   *
   * @param port the only port that is exempt, if the entry has one
   */
  record Exemption(Predicate<String> host, OptionalInt port) {
    boolean covers(String name, int number) {
      return host.test(name) && (port.isEmpty() || port.getAsInt() == number);
    }
  }

  /** The settings of this process. */
  static ProxySettings ofThisProcess() {
    return of(System::getProperty, System::getenv);
  }

  /**
   * Reads the settings.
   *
   * @throws IllegalArgumentException if one is malformed
   */
  static ProxySettings of(
      Function<String, @Nullable String> property, Function<String, @Nullable String> variable) {
    return new ProxySettings(
        byProperties("http", 80, property).or(() -> byVariable("HTTP_PROXY", variable)),
        byProperties("https", 443, property).or(() -> byVariable("HTTPS_PROXY", variable)),
        exemptions(property, variable));
  }

  private static Optional<Proxy> byProperties(
      String scheme, int defaultPort, Function<String, @Nullable String> property) {
    return text(property.apply(scheme + ".proxyHost"))
        .map(
            host -> {
              String named = scheme + ".proxyPort";
              int port = text(property.apply(named)).map(p -> port(named, p)).orElse(defaultPort);
              String password = text(property.apply(scheme + ".proxyPassword")).orElse("");
              Optional<Proxy.Login> login =
                  text(property.apply(scheme + ".proxyUser"))
                      .map(user -> new Proxy.Login(user, password));
              return new Proxy("http", host, port, login);
            });
  }

  private static int port(String property, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(property + " is not a number: " + value, e);
    }
  }

  private static Optional<Proxy> byVariable(
      String name, Function<String, @Nullable String> variable) {
    return text(variable.apply(name))
        .or(() -> text(variable.apply(name.toLowerCase(Locale.ROOT))))
        .map(url -> Proxy.parse(name, url));
  }

  private static List<Exemption> exemptions(
      Function<String, @Nullable String> property, Function<String, @Nullable String> variable) {
    List<Exemption> all = new ArrayList<>();
    Optional<String> javas = text(property.apply("http.nonProxyHosts"));
    if (javas.isPresent()) {
      for (String entry : javas.get().split("\\|", -1)) {
        all.add(new Exemption(glob(entry.strip()), OptionalInt.empty()));
      }
      return all;
    }
    String list =
        text(variable.apply("NO_PROXY")).or(() -> text(variable.apply("no_proxy"))).orElse("");
    for (String entry : list.split("[,\\s]+", -1)) {
      if (!entry.isEmpty()) {
        Matcher split = HOST_AND_PORT.matcher(entry);
        boolean hasPort = split.matches();
        OptionalInt port =
            hasPort ? OptionalInt.of(Integer.parseInt(split.group(2))) : OptionalInt.empty();
        all.add(new Exemption(suffix(hasPort ? split.group(1) : entry), port));
      }
    }
    return all;
  }

  /** Matches an entry of http.nonProxyHosts, in which a star matches anything. */
  private static Predicate<String> glob(String entry) {
    return caseless(Pattern.quote(entry).replace("*", "\\E.*\\Q"));
  }

  /** Matches an entry of NO_PROXY. */
  private static Predicate<String> suffix(String entry) {
    if (entry.equals("*")) {
      return caseless(".*");
    }
    Optional<AddressBlock> block = AddressBlock.parse(entry);
    if (block.isPresent()) {
      return block.get()::containsHost;
    }
    String name = entry.startsWith("*.") ? entry.substring(1) : entry;
    return caseless((name.startsWith(".") ? ".+" : "(.+\\.)?") + Pattern.quote(name));
  }

  private static Predicate<String> caseless(String expression) {
    return Pattern.compile(expression, Pattern.CASE_INSENSITIVE).asMatchPredicate();
  }

  private static Optional<String> text(@Nullable String value) {
    return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
  }

  /** Whether there is any proxy at all. */
  boolean isEmpty() {
    return http.isEmpty() && https.isEmpty();
  }

  /** The proxy for a request; empty for a direct connection. */
  Optional<Proxy> forRequest(String scheme, String host, int port) {
    boolean goesDirectly =
        LOOPBACK.matcher(host).matches()
            || direct.stream().anyMatch(exemption -> exemption.covers(host, port));
    return goesDirectly ? Optional.empty() : scheme.equals("https") ? https : http;
  }
}
