package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest";

  /** Whose refusal or silence comes from a stub is told within that time. */
  private static final Duration DEADLINE = Duration.ofSeconds(35);

  private static final Pattern CREDENTIAL = Pattern.compile("Credential=([A-Z0-9]+)/");

  private final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
  private final Map<String, String> environment = new HashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;
  @TempDir Path directory;

  // It is there from before a test to its end.
  @SuppressWarnings("NullAway")
  CredentialsIT() {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          String signature = exchange.getRequestHeaders().getFirst("Authorization");
          Matcher credential = CREDENTIAL.matcher(signature == null ? "" : signature);
          keys.add(credential.find() ? credential.group(1) : "none");
          answer(
              exchange, 400, "{\"__type\":\"RepositoryNotFoundException\",\"message\":\"no app\"}");
        });
    server.start();
    Files.createDirectory(directory.resolve(".aws"));
    environment.put("HOME", directory.toString());
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.close();
  }

  @Test
  void ofTheEnvironmentComeBeforeThoseOfAProfile() throws Exception {
    environment.put("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    environment.put("AWS_SECRET_ACCESS_KEY", "x");
    write(".aws/credentials", "[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key=x");

    assertSignsAsTheAwsCliDoes("AKIAENVIRONMENT");
  }

  @Test
  void ofTheDefaultProfile() throws Exception {
    write(".aws/credentials", "[default]\naws_access_key_id=AKIADEFAULT\naws_secret_access_key=x");

    assertSignsAsTheAwsCliDoes("AKIADEFAULT");
  }

  @Test
  void ofANamedProfileComeBeforeThoseOfTheEnvironment() throws Exception {
    environment.put("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
    environment.put("AWS_SECRET_ACCESS_KEY", "x");
    write(".aws/credentials", "[other]\naws_access_key_id=AKIAOTHER\naws_secret_access_key=x");

    assertSignsAsTheAwsCliDoes("AKIAOTHER", "--profile", "other");
  }

  @Test
  void ofAProcess() throws Exception {
    Path script =
        write(
            "process.sh",
            """
            echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"x"}'
            """);
    write(".aws/config", "[default]\ncredential_process=/bin/sh " + script);

    assertSignsAsTheAwsCliDoes("AKIAPROCESS");
  }

  @Test
  void theReasonOfAProcessThatFailsIsTold() throws Exception {
    Path script = write("process.sh", "echo the vault is sealed >&2\nexit 3\n");
    write(".aws/config", "[profile vault]\ncredential_process=/bin/sh " + script);

    assertRefused(List.of("--profile", "vault"), "profile vault: ", "the vault is sealed");
  }

  @Test
  void aProfileThatIsNotThereIsNamed() throws Exception {
    assertRefused(List.of("--profile", "nobody"), "profile nobody: ");
  }

  @Test
  void ofAContainersEndpointWithAToken() throws Exception {
    serveContainer(200, containerCredentials());
    environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container");
    environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-the-container");

    assertSignsAsTheAwsCliDoes("AKIACONTAINER");
  }

  /** As EKS Pod Identity has it. */
  @Test
  void ofAContainersEndpointWithAFileOfATokenThatChanges() throws Exception {
    serveContainer(200, containerCredentials());
    environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container");
    environment.put(
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", write("token", "of-the-container").toString());

    assertThat(keyOfOurs()).isEqualTo("AKIACONTAINER");
  }

  @Test
  void aContainersEndpointThatRefusesIsNamed() throws Exception {
    serveContainer(403, "{\"code\":\"AccessDenied\",\"message\":\"no association\"}");
    environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", url() + "/container");
    environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", "of-the-container");

    assertRefused(List.of(), "container: ");
  }

  @Test
  void ofAnInstancesMetadata() throws Exception {
    environment.remove("AWS_EC2_METADATA_DISABLED");
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", url());
    server.createContext(
        "/latest/api/token",
        exchange -> {
          exchange.getResponseHeaders().set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
          answer(exchange, 200, "session");
        });
    server.createContext(
        "/latest/meta-data/iam/",
        exchange -> {
          boolean role = exchange.getRequestURI().getPath().endsWith("/node");
          answer(exchange, 200, role ? credentials("AKIAINSTANCE") : "node");
        });

    assertThat(keyOfOurs()).isEqualTo("AKIAINSTANCE");
    // Some versions of the AWS CLI want the slash.
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", url() + "/");
    assertThat(keyOfTheAwsCli()).isEqualTo("AKIAINSTANCE");
  }

  @Test
  void anInstancesMetadataThatRefusesIsNamed() throws Exception {
    environment.remove("AWS_EC2_METADATA_DISABLED");
    environment.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", url());
    server.createContext("/latest/", exchange -> answer(exchange, 403, "no metadata for you"));

    assertRefused(List.of(), "instance metadata: ");
  }

  private void assertSignsAsTheAwsCliDoes(String key, String... options) throws Exception {
    assertThat(keyOfTheAwsCli(options)).as("the AWS CLI").isEqualTo(key);
    assertThat(keyOfOurs(options)).as("ecr").isEqualTo(key);
  }

  private String keyOfOurs(String... options) throws InterruptedException {
    keys.clear();
    Ended ended = pull(List.of(options));
    assertThat(ended.err()).contains("registry 123456789012 has no repository app in us-west-2");
    return keys.remove();
  }

  private void assertRefused(List<String> options, String... words) throws InterruptedException {
    long began = System.nanoTime();

    Ended ended = pull(options);

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: ")).toList())
        .singleElement()
        .asString()
        .contains(words)
        .doesNotContain("software.amazon", "Exception");
    assertThat(keys).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(DEADLINE);
  }

  private Ended pull(List<String> options) throws InterruptedException {
    EcrCommand command = EcrCommand.plain();
    environment.forEach(command::with);
    List<String> arguments = new ArrayList<>(List.of("pull", "--endpoint-url", url()));
    arguments.addAll(options);
    arguments.add(REFERENCE);
    return command.run(arguments.toArray(String[]::new));
  }

  private String keyOfTheAwsCli(String... options) {
    keys.clear();
    List<String> all = new ArrayList<>(List.of("--endpoint-url", url()));
    all.addAll(List.of(options));
    String said = new AwsCli(environment).refusedBy(all, "describe-repositories");
    assertThat(said).contains("no app");
    return keys.remove();
  }

  private void serveContainer(int status, String body) {
    server.createContext(
        "/container",
        exchange -> {
          String token = exchange.getRequestHeaders().getFirst("Authorization");
          answer(exchange, "of-the-container".equals(token) ? status : 401, body);
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

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] bytes = body.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Path write(String file, String text) throws IOException {
    Path path = directory.resolve(file);
    return Files.writeString(path, text);
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }
}
