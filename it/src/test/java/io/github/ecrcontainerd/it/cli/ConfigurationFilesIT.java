package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * AWS's configuration files with what people, editors and attackers make of them: no call is signed
 * with another key than the AWS CLI takes from the same files. A server in the place of Amazon ECR
 * sees which key signed.
 */
@Timeout(120)
class ConfigurationFilesIT {
  private static final Pattern KEY = Pattern.compile("Credential=([^/,]*)/");

  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest";

  @TempDir private Path directory;
  private final ConcurrentLinkedQueue<String> authorizations = new ConcurrentLinkedQueue<>();
  private HttpServer registry;

  @BeforeEach
  void start() throws IOException {
    registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] answer =
        "{\"__type\":\"InvalidParameterException\",\"message\":\"no\"}"
            .getBytes(StandardCharsets.UTF_8);
    registry.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          authorizations.add(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
          exchange.sendResponseHeaders(400, answer.length);
          try (var body = exchange.getResponseBody()) {
            body.write(answer);
          }
        });
    registry.start();
  }

  @AfterEach
  void stop() {
    registry.stop(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[p]\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "[p]\r\naws_access_key_id = ONE\r\naws_secret_access_key\t=\tx\r\n",
        "\ufeff[p]\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "# [p]\n; a comment\n[p]\n#aws_access_key_id=TWO\naws_access_key_id=ONE\naws_secret_access_key=x",
        "[p]\naws_access_key_id=ONE\naws_secret_access_key=x\n[p]\naws_access_key_id=TWO\naws_secret_access_key=y\n",
        "[p]\naws_access_key_id=ONE\naws_access_key_id=TWO\naws_secret_access_key=x\n",
        "[profile p]\naws_access_key_id=TWO\naws_secret_access_key=y\n[p]\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "[ p ]\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "[q]\naws_access_key_id=TWO\naws_secret_access_key=y\n[p]\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "[p]\nthis is no property\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "[p]\naws_access_key_id=ONE\n  continued = 1\naws_secret_access_key=x\n",
        "[p\naws_access_key_id=ONE\naws_secret_access_key=x\n",
        "[p]\naws_access_key_id=ONE\naws_secret_access_key=\n",
        "[p]\u0000\naws_access_key_id=ONE\u001b]2;x\u0007\naws_secret_access_key=x\n",
      })
  void noOtherKeyIsReadThanTheAwsCliReads(String credentials) throws Exception {
    Path file = directory.resolve("credentials");
    Files.writeString(file, credentials);
    String endpoint = "http://127.0.0.1:" + registry.getAddress().getPort();
    Map<String, String> environment =
        Map.of(
            "HOME", directory.toString(),
            "AWS_PROFILE", "p",
            "AWS_SHARED_CREDENTIALS_FILE", file.toString(),
            "AWS_CONFIG_FILE", directory.resolve("none").toString(),
            "AWS_EC2_METADATA_DISABLED", "true");

    var _ =
        new AwsCli(environment)
            .refusedBy(List.of("--endpoint-url", endpoint), "describe-repositories");
    Optional<String> read = key();
    Ended ended =
        EcrCommand.plain()
            .with(environment)
            .with("AWS_ENDPOINT_URL_ECR", endpoint)
            .run("resolve", REFERENCE);

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err().lines().filter(line -> line.startsWith("ecr: "))).hasSize(1);
    assertThat(ended.err()).hasSizeLessThan(3000).doesNotContainPattern("[\\x00-\\x09\\x0b-\\x1f]");
    Optional<String> ours = key();
    if (ours.isPresent() && read.isPresent()) {
      assertThat(ours).isEqualTo(read);
    }
    // What the AWS CLI reads, is read, or refused by name. A key with control characters is read,
    // but
    // the HTTP client doesn't send it.
    if (read.isPresent() && ours.isEmpty()) {
      assertThat(ended.err()).containsAnyOf("profile p", "Invalid header value");
    }
  }

  /** The key that has signed the last call. */
  private Optional<String> key() {
    Optional<String> last = authorizations.stream().reduce((first, second) -> second);
    authorizations.clear();
    return last.map(KEY::matcher).filter(Matcher::find).map(found -> found.group(1));
  }
}
