package io.github.ecrcontainerd.ecr;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The JDK's HTTP server in the place of the API, which answers as a test says, and of the host of
 * its layers, which are all the same one.
 */
final class StubRegistry implements AutoCloseable {
  static final EcrReference REFERENCE =
      EcrReference.of("ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:1");

  static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "key"));

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> operations = new CopyOnWriteArrayList<>();

  /** What the host of layers sends. */
  static final byte[] LAYER = "a layer".getBytes(UTF_8);

  /** What the working registry has under every tag. */
  static final byte[] MANIFEST = "{\"schemaVersion\":2}".getBytes(UTF_8);

  /**
   * An answer.
   *
   * @param type its Content-Type, {@code ""} for none
   */
  record Answer(int status, String type, String body) {

    static Answer json(int status, String body) {
      return new Answer(status, "application/x-amz-json-1.1", body);
    }

    static Answer error(int status, String name) {
      return json(status, "{\"__type\":\"%s\",\"message\":\"said so\"}".formatted(name));
    }
  }

  /**
   * @param answers by the operation that is called
   */
  StubRegistry(Function<String, Answer> answers) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", exchange -> answer(exchange, answers));
    server.start();
  }

  /** One that has {@link #MANIFEST} and {@link #LAYER} and takes all that is pushed. */
  static StubRegistry working() {
    return with(Map.of());
  }

  /** The same, but for some operations. */
  static StubRegistry with(Map<String, Answer> exceptions) {
    StubRegistry[] stub = new StubRegistry[1];
    stub[0] =
        new StubRegistry(
            operation -> exceptions.getOrDefault(operation, stub[0].rightAnswer(operation)));
    return stub[0];
  }

  /** What a working registry says. */
  Answer rightAnswer(String operation) {
    return Answer.json(200, right(operation));
  }

  private String right(String operation) {
    return switch (operation) {
      case "BatchGetImage" ->
          "{\"images\":[{\"imageId\":{},\"imageManifest\":\"%s\",\"imageManifestMediaType\":\"%s\"}]}"
              .formatted(
                  new String(MANIFEST, UTF_8).replace("\"", "\\\""), MediaTypes.OCI_MANIFEST);
      case "GetDownloadUrlForLayer" -> "{\"downloadUrl\":\"http://%s/layer\"}".formatted(host());
      case "InitiateLayerUpload" -> "{\"uploadId\":\"1\",\"partSize\":5242880}";
      default -> "{}";
    };
  }

  private void answer(HttpExchange exchange, Function<String, Answer> answers) throws IOException {
    try (exchange) {
      if (exchange.getRequestMethod().equals("GET")) {
        exchange.sendResponseHeaders(200, LAYER.length);
        exchange.getResponseBody().write(LAYER);
        return;
      }
      String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
      String operation = target.substring(target.indexOf('.') + 1);
      operations.add(operation);
      exchange.getRequestBody().readAllBytes();
      Answer answer = answers.apply(operation);
      byte[] body = answer.body().getBytes(UTF_8);
      if (!answer.type().isEmpty()) {
        exchange.getResponseHeaders().set("Content-Type", answer.type());
      }
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** What was called so far, each retry included. */
  List<String> operations() {
    return List.copyOf(operations);
  }

  String host() {
    return "%s:%d".formatted(server.getAddress().getHostString(), server.getAddress().getPort());
  }

  /** A resolver that calls it, with an HTTP client of its own. */
  EcrResolver.Builder resolver() {
    return EcrResolver.builder()
        .endpointOverride(URI.create("http://" + host()))
        .credentialsProvider(CREDENTIALS);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
