package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.it.support.Tmux;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Control sequences in what a registry, a daemon or an image says: the terminal, which is tmux's,
 * gets none of them, and neither does a pipe.
 */
@WithOneContainerd
@Timeout(120)
class HostileTextIT {
  /**
   * Sets the terminal's title (by ESC, and by C1), clears the screen, goes to its first line,
   * overwrites the line, deletes a character, and turns the direction of the text.
   */
  private static final String HOSTILE =
      "evil\u001b]2;stolen\u0007\u009d2;stolen\u009c\u001b[2J\u001b[H\rFAKE\b\u007f\u202eend";

  private static final String VISIBLE =
      "evil\\u001b]2;stolen\\u0007\\u009d2;stolen\\u009c\\u001b[2J\\u001b[H";

  private static final String C1 = "evil\\u009d2;stolen\\u009c\\u202eend";

  private static final String REFERENCE =
      "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest";

  private final Containerd daemon;
  private final LocalEcr ecr = LocalEcr.openWithoutTls();
  @TempDir private Path directory;

  HostileTextIT(Containerd daemon) {
    this.daemon = daemon;
  }

  @AfterEach
  void close() throws Exception {
    ecr.close();
    try (ContainerdClient client =
        ContainerdClient.builder().address(daemon.socket().toString()).build()) {
      var _ = client.images().deleteAndCollect(HOSTILE);
    }
  }

  @Test
  void anErrorOfTheRegistryIsText() throws Exception {
    HttpServer registry = refusing();
    registry.start();
    try {
      Map<String, String> environment =
          environment("http://localhost:" + registry.getAddress().getPort());
      for (String debug : List.of("0", "1")) {
        Ended ended =
            EcrCommand.plain()
                .with(environment)
                .with("ECR_PULL_DEBUG", debug)
                .run("resolve", REFERENCE);
        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err()).contains("InvalidParameterException").contains("evil\\u001b]2;");
        assertHarmless(ended.err());
      }
      assertTheTerminalObeysNothing("resolve " + REFERENCE, environment, 1);
    } finally {
      registry.stop(0);
    }
  }

  @Test
  void anErrorOfAProxyIsText() throws Exception {
    HttpServer proxy = refusing();
    proxy.start();
    try {
      Map<String, String> environment = environment("http://ecr.invalid");
      environment.put("HTTP_PROXY", "http://127.0.0.1:" + proxy.getAddress().getPort());
      Ended ended = EcrCommand.plain().with(environment).run("resolve", REFERENCE);
      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.err()).contains("evil\\u001b]2;");
      assertHarmless(ended.err());
      assertTheTerminalObeysNothing("resolve " + REFERENCE, environment, 1);
    } finally {
      proxy.stop(0);
    }
  }

  /** A server that refuses each request with the hostile text. */
  private static HttpServer refusing() throws IOException {
    byte[] answer =
        JsonMapper.shared()
            .writeValueAsBytes(Map.of("__type", "InvalidParameterException", "message", HOSTILE));
    return server(
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          send(exchange, 400, answer);
        });
  }

  private static HttpServer server(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    return server;
  }

  private static void send(HttpExchange exchange, int status, byte[] answer) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
    exchange.sendResponseHeaders(status, answer.length);
    try (var body = exchange.getResponseBody()) {
      body.write(answer);
    }
  }

  /** The daemon's own words, which repeat what it was asked for. */
  @Test
  void anErrorOfTheDaemonIsText() throws Exception {
    OciLayout app = ecr.repository("app");
    app.tag("latest", LayeredImage.write(app, 1).manifest());
    Map<String, String> environment = environment(ecr.server().endpoint().toString());
    environment.put("EVIL", HOSTILE);
    for (String debug : List.of("0", "1")) {
      environment.put("ECR_PULL_DEBUG", debug);
      Ended ended =
          EcrCommand.plain().with(environment).run("pull", "--snapshotter", HOSTILE, REFERENCE);
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat(ended.err()).contains("evil\\u001b]2;");
      assertHarmless(ended.err() + ended.out());
      assertTheTerminalObeysNothing(
          "pull --snapshotter \"$EVIL\" %s 2>&1 | grep evil".formatted(REFERENCE), environment, 0);
    }
  }

  @Test
  void aMediaTypeIsText() throws Exception {
    OciLayout app = ecr.repository("app");
    app.tag("latest", app.document(HOSTILE, Map.of("schemaVersion", 2, "mediaType", HOSTILE)));
    Map<String, String> environment = environment(ecr.server().endpoint().toString());
    Ended ended = EcrCommand.plain().with(environment).run("inspect", REFERENCE);
    assertThat(ended.out() + ended.err()).contains("evil\\u001b]2;");
    assertHarmless(ended.out() + ended.err());
    assertTheTerminalObeysNothing("inspect " + REFERENCE, environment, ended.status());
  }

  private static Map<String, Object> blob(String mediaType, Descriptor content) {
    return Map.of(
        "mediaType", mediaType, "digest", content.digest().toString(), "size", content.size());
  }

  /** A header can have no ESC, but C1 and what turns the direction of text, as UTF-8. */
  @Test
  void theReasonOfARetryIsText() throws Exception {
    String header = new String("evil\u009d2;stolen\u009c\u202eend".getBytes(UTF_8), ISO_8859_1);
    Descriptor layer = Descriptor.of(MediaTypes.OCI_LAYER, new byte[] {1});
    String manifest =
        JsonMapper.shared()
            .writeValueAsString(
                Map.of(
                    "schemaVersion",
                    2,
                    "config",
                    blob(MediaTypes.OCI_CONFIG, layer),
                    "layers",
                    List.of(blob(MediaTypes.OCI_LAYER, layer))));
    HttpServer registry =
        server(
            exchange -> {
              exchange.getRequestBody().readAllBytes();
              if (exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Content-Range", header);
                exchange.sendResponseHeaders(206, 1);
                try (var body = exchange.getResponseBody()) {
                  body.write(1);
                }
                return;
              }
              boolean isOfAManifest =
                  exchange.getRequestHeaders().getFirst("X-Amz-Target").endsWith("BatchGetImage");
              String host = exchange.getRequestHeaders().getFirst("Host");
              send(
                  exchange,
                  200,
                  JsonMapper.shared()
                      .writeValueAsBytes(
                          isOfAManifest
                              ? Map.of(
                                  "images",
                                  List.of(
                                      Map.of(
                                          "imageManifest",
                                          manifest,
                                          "imageManifestMediaType",
                                          MediaTypes.OCI_MANIFEST)))
                              : Map.of("downloadUrl", "http://" + host + "/layer")));
            });
    registry.start();
    try {
      Map<String, String> environment =
          environment("http://localhost:" + registry.getAddress().getPort());
      Ended ended =
          EcrCommand.plain().with(environment).run("pull", "--progress", "plain", REFERENCE);
      assertThat(ended.status()).as(ended.err()).isEqualTo(1);
      assertThat((ended.out() + ended.err()).lines().filter(line -> line.contains(C1)))
          .as(ended.out() + ended.err())
          .hasSizeGreaterThan(1);
      assertHarmless(ended.out() + ended.err());
      assertTheTerminalObeysNothing(
          "pull --progress plain " + REFERENCE, environment, ended.status(), C1);
    } finally {
      registry.stop(0);
    }
  }

  @Test
  void aNameInTheDaemonIsText() throws Exception {
    Map<String, String> environment = environment("http://localhost:1");
    try (ContainerdClient client =
        ContainerdClient.builder().address(daemon.socket().toString()).build()) {
      Descriptor target = Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[] {'{', '}'});
      var _ = client.images().put(HOSTILE, target, Map.of("label", HOSTILE));
    }
    for (String options : List.of("ls", "ls -q")) {
      Ended listed = EcrCommand.plain().with(environment).run(options.split(" ", -1));
      assertThat(listed.out()).contains("evil\\u001b]2;stolen");
      assertHarmless(listed.out() + listed.err());
      assertTheTerminalObeysNothing(options, environment, 0);
    }

    Ended json = EcrCommand.plain().with(environment).run("ls", "--output", "json");
    assertHarmless(json.out());
    // For a program, the value is the same.
    JsonNode image = JsonMapper.shared().readTree(json.out()).path(0);
    assertThat(image.path("name").asString()).isEqualTo(HOSTILE);
    assertThat(image.path("labels").path("label").asString()).isEqualTo(HOSTILE);
  }

  @Test
  void aConfigurationAndAnnotationsAreText() throws Exception {
    OciLayout app = ecr.repository("app");
    Descriptor config =
        app.document(
            MediaTypes.OCI_CONFIG,
            Map.of(
                "os",
                "linux" + HOSTILE,
                "architecture",
                HOSTILE,
                "config",
                Map.of(
                    "Cmd",
                    List.of("sh", HOSTILE),
                    "Env",
                    List.of("A=" + HOSTILE, "B=1\nuser        nobody"),
                    "User",
                    HOSTILE,
                    "WorkingDir",
                    HOSTILE),
                "rootfs",
                Map.of("type", "layers", "diff_ids", List.of())));
    Map<String, Object> named = new HashMap<>();
    named.put("mediaType", config.mediaType());
    named.put("digest", config.digest().toString());
    named.put("size", config.size());
    named.put("annotations", Map.of("note", HOSTILE));
    app.tag(
        "latest",
        app.document(
            MediaTypes.OCI_MANIFEST,
            Map.of(
                "schemaVersion",
                2,
                "mediaType",
                MediaTypes.OCI_MANIFEST,
                "config",
                named,
                "layers",
                List.of())));
    Map<String, String> environment = environment(ecr.server().endpoint().toString());

    Ended shown = EcrCommand.plain().with(environment).run("inspect", REFERENCE);
    assertThat(shown.status()).as(shown.err()).isZero();
    assertThat(shown.out()).contains(VISIBLE).contains("B=1 user        nobody");
    assertHarmless(shown.out());
    assertTheTerminalObeysNothing("inspect " + REFERENCE, environment, 0);

    Ended json = EcrCommand.plain().with(environment).run("inspect", "--json", REFERENCE);
    assertHarmless(json.out());
    assertThat(JsonMapper.shared().readTree(json.out()).findValuesAsString("note"))
        .containsExactly(HOSTILE);
  }

  private static void assertHarmless(String output) {
    assertThat(output.replaceAll("[\\n\\t]", ""))
        .doesNotContainPattern("[\\x00-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]");
  }

  /** The screen keeps what was on it, and the title is the one that it had. */
  private void assertTheTerminalObeysNothing(
      String command, Map<String, String> environment, int status) throws Exception {
    assertTheTerminalObeysNothing(command, environment, status, "evil\\u001b]2;stolen\\u0007");
  }

  private void assertTheTerminalObeysNothing(
      String command, Map<String, String> environment, int status, String visible)
      throws Exception {
    String script =
        "printf '\\033]2;mine\\007'; echo before; %s %s".formatted(Checkout.launcher(), command);
    try (Tmux terminal = Tmux.start(directory, 200, 40, environment, script)) {
      List<String> screen =
          terminal.await(lines -> lines.stream().anyMatch(line -> line.startsWith("[ended with")));
      assertThat(screen).first().isEqualTo("before");
      assertThat(screen).contains("[ended with %d]".formatted(status));
      assertThat(String.join("", screen)).contains(visible);
      assertThat(terminal.title()).isEqualTo("mine");
    }
  }

  private Map<String, String> environment(String endpoint) {
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", directory.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("TERM", "xterm");
    environment.put("CONTAINERD_ADDRESS", daemon.socket().toString());
    environment.put("AWS_ENDPOINT_URL_ECR", endpoint);
    environment.put("AWS_ACCESS_KEY_ID", "local");
    environment.put("AWS_SECRET_ACCESS_KEY", "x");
    return environment;
  }
}
