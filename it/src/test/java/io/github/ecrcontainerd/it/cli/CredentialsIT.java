package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Credentials come from where the AWS CLI takes them in the same environment: both call a server of
 * the JDK's, which sees whose key signed.
 */
@Timeout(100)
class CredentialsIT {
  private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  @TempDir Path directory;
  private HttpServer server;
  private AwsEnvironment environment;

  // They are there from before a test to its end.
  @SuppressWarnings("NullAway")
  CredentialsIT() {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          keys.add(Exchanges.signingKey(exchange));
          Exchanges.answer(
              exchange, 400, "{\"__type\":\"RepositoryNotFoundException\",\"message\":\"no app\"}");
        });
    server.start();
    environment = new AwsEnvironment(directory, "--endpoint-url", url());
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  @Test
  void ofTheEnvironmentComeBeforeThoseOfAProfile() throws Exception {
    environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    environment.set("AWS_SECRET_ACCESS_KEY", "x");
    environment.write(
        ".aws/credentials", "[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key=x");

    assertSignsAsTheAwsCliDoes("AKIAENVIRONMENT");
  }

  @Test
  void ofTheDefaultProfile() throws Exception {
    environment.write(
        ".aws/credentials", "[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key=x");

    assertSignsAsTheAwsCliDoes("AKIADEFAULT");
  }

  @Test
  void ofANamedProfileComeBeforeThoseOfTheEnvironment() throws Exception {
    environment.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    environment.set("AWS_SECRET_ACCESS_KEY", "x");
    environment.write(
        ".aws/credentials", "[other]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=x");

    assertSignsAsTheAwsCliDoes("AKIAOTHER", "--profile", "other");
  }

  @Test
  void ofAProcess() throws Exception {
    Path script =
        environment.write(
            "process.sh",
            """
            echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"x"}'
            """);
    environment.write(".aws/config", "[default]\ncredential_process=/bin/sh " + script);

    assertSignsAsTheAwsCliDoes("AKIAPROCESS");
  }

  @Test
  void theReasonOfAProcessThatFailsIsTold() throws Exception {
    Path script = environment.write("process.sh", "echo the vault is sealed >&2\nexit 3\n");
    environment.write(".aws/config", "[profile vault]\ncredential_process=/bin/sh " + script);

    assertRefused(List.of("--profile", "vault"), "profile vault: ", "the vault is sealed");
  }

  @Test
  void aProfileThatIsNotThereIsNamed() throws Exception {
    assertRefused(List.of("--profile", "nobody"), "profile nobody: ");
  }

  @Test
  void ofAContainersEndpointWithAToken() throws Exception {
    serveContainer(200, containerCredentials());
    environment.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container");
    environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-the-container");

    assertSignsAsTheAwsCliDoes("AKIACONTAINER");
  }

  /** As EKS Pod Identity has it. */
  @Test
  void ofAContainersEndpointWithAFileOfATokenThatChanges() throws Exception {
    serveContainer(200, containerCredentials());
    environment.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container");
    environment.set(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        environment.write("token", "of-the-container").toString());

    environment.askByEcr();
    assertThat(keys.remove()).isEqualTo("AKIACONTAINER");
  }

  @Test
  void aContainersEndpointThatRefusesIsNamed() throws Exception {
    serveContainer(403, "{\"code\":\"AccessDenied\",\"message\":\"no association\"}");
    environment.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container");
    environment.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-the-container");

    assertRefused(List.of(), "container: ");
  }

  @Test
  void ofAnInstancesMetadata() throws Exception {
    environment.unset("AWS_EC2_METADATA_DISABLED");
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", url());
    server.createContext(
        "/latest/api/token",
        exchange -> {
          exchange.getResponseHeaders().set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
          Exchanges.answer(exchange, 200, "session");
        });
    server.createContext(
        "/latest/meta-data/iam/",
        exchange -> {
          boolean role = exchange.getRequestURI().getPath().endsWith("/node");
          Exchanges.answer(exchange, 200, role ? credentials("AKIAINSTANCE") : "node");
        });

    environment.askByEcr();
    assertThat(keys.remove()).isEqualTo("AKIAINSTANCE");
    // Some versions of the AWS CLI want the slash.
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", url() + "/");
    keys.clear();
    environment.askByTheAwsCli();
    assertThat(keys.remove()).isEqualTo("AKIAINSTANCE");
  }

  @Test
  void anInstancesMetadataThatRefusesIsNamed() throws Exception {
    environment.unset("AWS_EC2_METADATA_DISABLED");
    environment.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", url());
    server.createContext(
        "/latest/", exchange -> Exchanges.answer(exchange, 403, "no metadata for you"));

    assertRefused(List.of(), "instance metadata: ");
  }

  private void assertSignsAsTheAwsCliDoes(String key, String... options) throws Exception {
    environment.askByTheAwsCli(options);
    assertThat(keys.remove()).as("the AWS CLI").isEqualTo(key);
    keys.clear();
    environment.askByEcr(options);
    assertThat(keys.remove()).as("ecr").isEqualTo(key);
  }

  private void assertRefused(List<String> options, String... words) throws InterruptedException {
    environment.assertRefused(options, words);
    assertThat(keys).isEmpty();
  }

  private void serveContainer(int status, String body) {
    server.createContext(
        "/container",
        exchange -> {
          String token = exchange.getRequestHeaders().getFirst("Authorization");
          Exchanges.answer(exchange, "of-the-container".equals(token) ? status : 401, body);
        });
  }

  private static String containerCredentials() {
    return credentials("AKIACONTAINER");
  }

  private static String credentials(String key) {
    return """
        {"Code":"Success","AccessKeyId":"%s","SecretAccessKey":"x","Token":"t","Expiration":"%s",
        "LastUpdated":"%s","Type":"AWS-HMAC"}
        """
        .formatted(key, Instant.now().plus(Duration.ofHours(6)), Instant.now());
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }
}
