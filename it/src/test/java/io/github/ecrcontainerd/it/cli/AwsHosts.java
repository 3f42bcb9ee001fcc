package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.it.support.Certificate;
import io.github.ecrcontainerd.it.support.HttpProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * AWS's own hosts, for who goes through a proxy and trusts a certificate: STS, IAM Identity Center,
 * sign-in, and an Amazon ECR that has no repository. A server of the JDK's, with openssl's
 * certificate.
 */
final class AwsHosts implements AutoCloseable {
  static final String ROLE = "arn:aws:iam::123456789012:role/puller";

  /** What {@code aws login} writes as a profile's session. */
  static final String LOGIN = "arn:aws:sts::123456789012:assumed-role/admin/person";

  /** What they take, and give: nobody else may see it. */
  static final List<String> SECRETS =
      List.of("of-the-pod", "of-the-person", "sEcReTkEyOfArOlE", "sEsSiOnOfArOlE");

  private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Certificate certificate;
  private final HttpServer server;
  private final HttpProxy proxy;
  private volatile InetSocketAddress registry;
  private volatile Issuer issuer = AwsHosts::issue;

  /** Who gives credentials. */
  interface Issuer {
    /**
     * Answers a request.
     *
     * @param host that it is for
     * @param form what it says
     */
    void answer(String host, String form, HttpExchange exchange)
        throws IOException, InterruptedException;
  }

  /**
   * Starts them.
   *
   * @param directory for the certificate
   */
  AwsHosts(Path directory) throws IOException, GeneralSecurityException {
    certificate =
        Certificate.make(
            directory,
            2,
            "aws.test",
            "127.0.0.1",
            "api.ecr.us-west-2.amazonaws.com",
            "sts.us-west-2.amazonaws.com",
            "sts.amazonaws.com",
            "portal.sso.us-west-2.amazonaws.com",
            "oidc.us-west-2.amazonaws.com",
            "us-west-2.signin.aws.amazon.com");
    server = certificate.server();
    registry = server.getAddress();
    proxy = new HttpProxy(this::serverOf);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** The server that stands for one of AWS's. */
  Optional<InetSocketAddress> serverOf(String host) {
    return Optional.of(host.startsWith("api.ecr.") ? registry : server.getAddress());
  }

  /** What programs need in their environment to meet these in place of AWS's. */
  Map<String, String> environment() {
    return Map.of(
        "AWS_REGION",
        "us-west-2",
        "HTTPS_PROXY",
        proxy.url(),
        "SSL_CERT_FILE",
        certificate.file().toString(),
        "AWS_CA_BUNDLE",
        certificate.file().toString());
  }

  Certificate certificate() {
    return certificate;
  }

  /** The keys that signed the requests since the last call; {@code none} for one that none did. */
  List<String> takeKeys() {
    List<String> taken = List.copyOf(keys);
    keys.clear();
    return taken;
  }

  /** Whether a tunnel to a host was asked for. */
  boolean wasAsked(String host) {
    return proxy.seen().stream().anyMatch(head -> head.startsWith("CONNECT " + host + ":443 "));
  }

  /** Puts another in the place of who gives credentials. */
  void issuer(Issuer other) {
    issuer = other;
  }

  /** Lets who gives credentials be silent until the end. */
  void silentIssuer() {
    issuer = (host, form, exchange) -> end.await();
  }

  /** Puts another server, which has the same certificate, in the place of Amazon ECR. */
  void registry(URI other) {
    registry = new InetSocketAddress(other.getHost(), other.getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("Host").replaceFirst(":\\d+$", "");
    String form = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
    keys.add(Exchanges.signingKey(exchange));
    if (host.startsWith("api.ecr.")) {
      Exchanges.answer(
          exchange, 400, "{\"__type\":\"RepositoryNotFoundException\",\"message\":\"no app\"}");
      return;
    }
    try {
      issuer.answer(host, URLDecoder.decode(form, UTF_8), exchange);
    } catch (InterruptedException e) {
      exchange.close();
    }
  }

  /** Answers as STS, Identity Center's portal and its token service do. */
  private static void issue(String host, String form, HttpExchange exchange) throws IOException {
    if (host.startsWith("oidc.")) {
      assertThat(form).contains("refresh");
      Exchanges.answer(
          exchange,
          200,
          """
          {"accessToken":"of-the-person","expiresIn":3600,"tokenType":"Bearer",
          "refreshToken":"again"}
          """);
    } else if (host.contains(".signin.")) {
      assertThat(form).contains("of-the-person");
      assertThat(exchange.getRequestHeaders()).containsKey("DPoP");
      Exchanges.answer(
          exchange,
          200,
          """
          {"accessToken":{"accessKeyId":"AKIALOGIN","secretAccessKey":"sEcReTkEyOfArOlE",
          "sessionToken":"sEsSiOnOfArOlE"},"tokenType":"aws_sigv4","expiresIn":900,
          "refreshToken":"of-the-person"}
          """);
    } else if (host.startsWith("portal.sso.")) {
      String token = exchange.getRequestHeaders().getFirst("x-amz-sso_bearer_token");
      if ("of-the-person".equals(token)) {
        Exchanges.answer(
            exchange,
            200,
            """
            {"roleCredentials":{"accessKeyId":"AKIASSO","secretAccessKey":"sEcReTkEyOfArOlE",
            "sessionToken":"sEsSiOnOfArOlE",
            "expiration":%d}}
            """
                .formatted(Instant.now().plus(Duration.ofHours(1)).toEpochMilli()));
      } else {
        Exchanges.answer(exchange, 401, "{\"message\":\"Session token not found or invalid\"}");
      }
    } else {
      issue(Duration.ofHours(1), form, exchange);
    }
  }

  /** Answers as STS does, with credentials that end after some time. */
  static void issue(Duration life, String form, HttpExchange exchange) throws IOException {
    boolean web = form.contains("Action=AssumeRoleWithWebIdentity");
    assertThat(form).contains(web ? "of-the-pod" : "Action=AssumeRole");
    Exchanges.answer(
        exchange,
        200,
        """
        <%1$sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%1$sResult>
        <AssumedRoleUser><Arn>%2$s/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser>
        <Credentials><AccessKeyId>%3$s</AccessKeyId>
        <SecretAccessKey>sEcReTkEyOfArOlE</SecretAccessKey>
        <SessionToken>sEsSiOnOfArOlE</SessionToken><Expiration>%4$s</Expiration></Credentials>
        </%1$sResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%1$sResponse>
        """
            .formatted(
                web ? "AssumeRoleWithWebIdentity" : "AssumeRole",
                ROLE,
                web ? "AKIAWEB" : "AKIAROLE",
                Instant.now().plus(life)));
  }

  @Override
  public void close() throws IOException {
    end.countDown();
    proxy.close();
    server.stop(0);
    threads.close();
  }
}
