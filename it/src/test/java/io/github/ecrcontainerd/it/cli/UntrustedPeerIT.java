package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.it.support.Certificate;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A registry behind TLS that is not to be trusted: the command says at once what is wrong with its
 * certificate. The certificates are openssl's, the server is the JDK's.
 */
@Timeout(60)
class UntrustedPeerIT {
  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest";

  /** What TLS of the CRT fails with comes after 10 to 30 seconds. */
  private static final Duration AT_ONCE = Duration.ofSeconds(6);

  @TempDir Path directory;

  @Test
  void aTrustedCertificateIsNoObstacle() throws Exception {
    Certificate certificate = certificate("localhost", 2);
    try (Server server = new Server(certificate)) {
      Ended ended = pull(server, certificate.file());
      // It is no registry.
      assertThat(ended.err()).contains("418 from " + server.host() + ", not from Amazon ECR");
    }
  }

  @Test
  void anAuthorityThatIsNotTrustedIsNamed() throws Exception {
    try (Server server = new Server(certificate("localhost", 2))) {
      assertRefused(
          pull(server, certificate("other.example", 2).file()),
          "the certificate of " + server.host(),
          "is issued by CN=localhost, which is not trusted here",
          "AWS_CA_BUNDLE");
    }
  }

  @Test
  void theNamesOfAnothersCertificateAreListed() throws Exception {
    Certificate certificate = certificate("other.example", 2);
    try (Server server = new Server(certificate)) {
      assertRefused(
          pull(server, certificate.file()),
          "the certificate of " + server.host() + " is for other.example, not for localhost");
    }
  }

  @Test
  void anExpiredCertificateIsDated() throws Exception {
    Certificate certificate = certificate("localhost", -1);
    try (Server server = new Server(certificate)) {
      assertRefused(
          pull(server, certificate.file()),
          "the certificate of " + server.host(),
          "expired on " + LocalDate.now(ZoneOffset.UTC).minusDays(1));
    }
  }

  @Test
  void aFileOfAuthoritiesThatIsNotThereIsNamed() throws Exception {
    Path missing = directory.resolve("missing.pem");
    try (Server server = new Server(certificate("localhost", 2))) {
      assertRefused(
          pull(server, missing),
          "SSL_CERT_FILE names " + missing,
          "no certificate that can be read");
    }
  }

  @Test
  void theLauncherTakesTheBundleOfTheAwsTools() throws Exception {
    Certificate certificate = certificate("localhost", 2);
    try (Server server = new Server(certificate)) {
      String said =
          Command.run(
              List.of(
                  "env",
                  "-i",
                  "PATH=" + System.getenv("PATH"),
                  "HOME=" + directory,
                  "JAVA_HOME=" + System.getProperty("java.home"),
                  "AWS_ACCESS_KEY_ID=local",
                  "AWS_SECRET_ACCESS_KEY=x",
                  "AWS_CA_BUNDLE=" + certificate.file(),
                  "sh",
                  "-c",
                  "\"$@\" 2>&1 || true",
                  "sh",
                  Checkout.launcher(),
                  "pull",
                  "--endpoint-url=https://" + server.host(),
                  REFERENCE));
      assertThat(said).contains("418 from " + server.host() + ", not from Amazon ECR");
    }
  }

  @Test
  void theTrustStoreOfAJavaApplicationCounts() throws Exception {
    Certificate certificate = certificate("localhost", 2);
    try (Server server = new Server(certificate)) {
      Ended ended = pull(server, javaTrusting(certificate));
      assertThat(ended.err()).contains("418 from " + server.host() + ", not from Amazon ECR");
    }
  }

  @Test
  void aTrustStoreOfJavaWithoutTheAuthorityIsNamed() throws Exception {
    try (Server server = new Server(certificate("localhost", 2))) {
      assertRefused(
          pull(server, javaTrusting(certificate("other.example", 2))),
          "the certificate of " + server.host(),
          "is issued by CN=localhost, which is not trusted here",
          "javax.net.ssl.trustStore");
    }
  }

  private static EcrCommand javaTrusting(Certificate certificate) {
    return EcrCommand.withCredentials()
        .with("JAVA_TOOL_OPTIONS", String.join(" ", certificate.javaTrustStore()));
  }

  private static Ended pull(Server server, Path trusted) throws InterruptedException {
    return pull(server, EcrCommand.withCredentials().with("SSL_CERT_FILE", trusted.toString()));
  }

  private static Ended pull(Server server, EcrCommand command) throws InterruptedException {
    long began = System.nanoTime();
    Ended ended = command.run("pull", "--endpoint-url", "https://" + server.host(), REFERENCE);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
    return ended;
  }

  private static void assertRefused(Ended ended, String... words) {
    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: ")).toList())
        .singleElement()
        .asString()
        .contains(words);
    assertThat(ended.err()).doesNotContain("Exception");
  }

  private Certificate certificate(String name, int days) throws IOException {
    return Certificate.make(directory, days, name);
  }

  /** A server of the JDK's that answers everything alike. */
  private static final class Server implements AutoCloseable {
    private final HttpServer server;

    Server(Certificate certificate) throws Exception {
      server = certificate.server();
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(418, -1);
            exchange.close();
          });
      server.start();
    }

    String host() {
      return "localhost:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
