package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
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

  private static final String PASSWORD = "changeit";

  @TempDir Path directory;

  @Test
  void aTrustedCertificateIsNoObstacle() throws Exception {
    Path certificate = certificate("localhost", 2);
    try (Server server = new Server(certificate)) {
      Ended ended = pull(server, certificate);
      // It is no registry.
      assertThat(ended.err()).contains("418 from " + server.host() + ", not from Amazon ECR");
    }
  }

  @Test
  void anAuthorityThatIsNotTrustedIsNamed() throws Exception {
    try (Server server = new Server(certificate("localhost", 2))) {
      assertRefused(
          pull(server, certificate("other.example", 2)),
          "the certificate of " + server.host(),
          "is issued by CN=localhost, which is not trusted here",
          "AWS_CA_BUNDLE");
    }
  }

  @Test
  void theNamesOfAnothersCertificateAreListed() throws Exception {
    Path certificate = certificate("other.example", 2);
    try (Server server = new Server(certificate)) {
      assertRefused(
          pull(server, certificate),
          "the certificate of " + server.host() + " is for other.example, and not for localhost");
    }
  }

  @Test
  void anExpiredCertificateIsDated() throws Exception {
    Path certificate = certificate("localhost", -1);
    try (Server server = new Server(certificate)) {
      assertRefused(
          pull(server, certificate),
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
    Path certificate = certificate("localhost", 2);
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
                  "AWS_CA_BUNDLE=" + certificate,
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

  private static Ended pull(Server server, Path trusted) throws InterruptedException {
    EcrCommand command = EcrCommand.withCredentials().with("SSL_CERT_FILE", trusted.toString());
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

  /** A certificate that is its own authority, with its key beside it. */
  private Path certificate(String name, int days) throws IOException {
    Path certificate = directory.resolve(name + days + ".pem");
    String key = certificate + ".key";
    String request = certificate + ".request";
    openssl(
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes",
        "-keyout",
        key,
        "-out",
        request,
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=DNS:" + name);
    Path authority = Files.createDirectories(directory.resolve("authority-" + name + days));
    Files.writeString(authority.resolve("index"), "");
    Path configuration =
        Files.writeString(
            authority.resolve("conf"),
            """
            [ca]
            default_ca = own
            [own]
            database = %1$s/index
            new_certs_dir = %1$s
            rand_serial = yes
            default_md = sha256
            policy = any
            copy_extensions = copy
            [any]
            commonName = supplied
            """
                .formatted(authority));
    openssl(
        "ca -batch -notext -selfsign",
        "-config",
        configuration.toString(),
        "-in",
        request,
        "-keyfile",
        key,
        "-startdate",
        daysFromNow(-3),
        "-enddate",
        daysFromNow(days),
        "-out",
        certificate.toString());
    return certificate;
  }

  /** As ASN.1 writes a time. */
  private static String daysFromNow(int days) {
    return DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'")
        .format(ZonedDateTime.now(ZoneOffset.UTC).plusDays(days));
  }

  private static void openssl(String command, String... options) {
    List<String> line = new ArrayList<>(List.of("openssl"));
    line.addAll(List.of(command.split(" ")));
    line.addAll(List.of(options));
    var _ = Command.run(line);
  }

  /** A server of the JDK's that answers everything alike. */
  private static final class Server implements AutoCloseable {
    private final HttpsServer server;

    Server(Path certificate) throws Exception {
      Path store = Path.of(certificate + ".p12");
      openssl(
          "pkcs12 -export",
          "-in",
          certificate.toString(),
          "-inkey",
          certificate + ".key",
          "-out",
          store.toString(),
          "-passout",
          "pass:" + PASSWORD);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream bytes = Files.newInputStream(store)) {
        keys.load(bytes, PASSWORD.toCharArray());
      }
      KeyManagerFactory managers =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      managers.init(keys, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(managers.getKeyManagers(), null, null);
      server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(context));
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
