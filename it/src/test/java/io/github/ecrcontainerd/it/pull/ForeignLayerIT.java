package io.github.ecrcontainerd.it.pull;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that the registry doesn't have come from where their manifest says. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
class ForeignLayerIT {
  private static final String FOREIGN = MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip";

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final EcrResolver resolver;
  private final ContainerdClient containerd;
  private final HttpServer host;
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Queue<Headers> headers = new ConcurrentLinkedQueue<>();

  ForeignLayerIT(Containerd daemon, LocalEcr ecr) throws IOException {
    this.daemon = daemon;
    this.ecr = ecr;
    this.resolver = ecr.resolver().allowPrivateForeignLayerUrls(true).build();
    this.containerd = ContainerdClient.builder().address(daemon.socket()).build();
    this.host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    host.start();
  }

  @AfterEach
  void leavesNothing() {
    host.stop(0);
    assertThat(daemon.heldLeases()).isEmpty();
    containerd.close();
    resolver.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        MediaTypes.DOCKER_FOREIGN_LAYER + ".gzip",
        MediaTypes.OCI_NONDISTRIBUTABLE_LAYER + "+gzip"
      })
  void comesFromItsUrlAndIsUnpacked(String mediaType) throws Exception {
    String repository = mediaType.contains("docker") ? "foreign" : "nondistributable";
    Layer layer = layer(repository);
    serve("/layer", layer.bytes());
    image(repository, layer, mediaType, false, url("/missing"), url("/layer?sig=secret"));

    pull(repository);

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference(repository, "latest")))
        .contains("complete (3/3)", "true");
    assertThat(asked).containsExactly("/missing", "/layer?sig=secret");
    assertThat(headers).allSatisfy(sent -> assertThat(sent).doesNotContainKey("Authorization"));
  }

  @Test
  void staysWhereItIsOnTheWayFromRegistryToRegistry() throws Exception {
    Layer layer = layer("trip");
    serve("/trip", layer.bytes());
    image("trip", layer, FOREIGN, false, url("/trip"));
    pull("trip");
    ecr.repository("trip-copy");
    String copy = ecr.reference("trip-copy", "latest");
    var target = containerd.images().get(ecr.reference("trip", "latest")).orElseThrow().target();

    containerd.push(copy, target, resolver, PushOptions.defaults());

    try (Containerd second = Containerd.open();
        ContainerdClient client = ContainerdClient.builder().address(second.socket()).build()) {
      client.pull(copy, resolver, PullOptions.defaults());
      assertThat(second.ctr("images", "check", "name==" + copy)).contains("complete (3/3)", "true");
      assertThat(StoredContent.of(daemon)).containsAll(StoredContent.of(second));
    }
    assertThat(asked).containsExactly("/trip", "/trip");
  }

  @Test
  void comesFromTheRegistryIfThatHasIt() throws Exception {
    Layer layer = layer("registry");
    image("registry", layer, FOREIGN, true, url("/layer"));

    pull("registry");

    assertThat(asked).isEmpty();
    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("registry", "latest")))
        .contains("complete (3/3)", "true");
  }

  @Test
  void goesOnAtTheNextUrlWhereOneFails() throws Exception {
    Layer layer = layer("next");
    byte[] bytes = layer.bytes();
    host.createContext(
        "/broken",
        exchange -> {
          record(exchange);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes, 0, bytes.length / 2);
          exchange.getResponseBody().flush();
          exchange.close();
        });
    serve("/whole", bytes);
    image("next", layer, FOREIGN, false, url("/broken"), url("/whole"));

    pull("next");

    assertThat(asked).containsExactly("/broken", "/whole");
    assertThat(headers.stream().flatMap(sent -> sent.getOrDefault("Range", List.of()).stream()))
        .singleElement()
        .asString()
        .matches("bytes=[1-9][0-9]*-");
  }

  @Test
  void followsARedirect() throws Exception {
    Layer layer = layer("redirect");
    redirect("/here", "/there");
    serve("/there", layer.bytes());
    image("redirect", layer, FOREIGN, false, url("/here"));

    pull("redirect");

    assertThat(asked).containsExactly("/here", "/there");
  }

  @Test
  void endsAfterAFewRedirects() throws Exception {
    Layer layer = layer("circle");
    redirect("/circle", "/circle");
    image("circle", layer, FOREIGN, false, url("/circle"));

    assertThatThrownBy(() -> pull("circle"))
        .isInstanceOf(ResolverException.class)
        .hasMessageContaining("redirects more than 5 times");
    assertThat(asked).hasSize(6);
  }

  @Test
  void refusesOtherBytesThanItsDigestNames() throws Exception {
    Layer layer = layer("damaged");
    byte[] bytes = layer.bytes();
    bytes[bytes.length - 1] ^= 1;
    serve("/damaged", bytes);
    image("damaged", layer, FOREIGN, false, url("/damaged"));

    assertThatThrownBy(() -> pull("damaged"))
        .hasMessageContaining(layer(layer).digest().toString());
    assertThat(daemon.ctr("images", "ls", "-q")).doesNotContain("damaged");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1",
        "http://localhost",
        "http://[::1]",
        "http://[::ffff:127.0.0.1]"
      })
  void isNotFetchedFromThisMachineByDefault(String base) throws Exception {
    String repository = "private-" + Digest.sha256(base.getBytes(UTF_8)).hex().substring(0, 8);
    Layer layer = layer(repository);
    serve("/layer", layer.bytes());
    image(
        repository,
        layer,
        FOREIGN,
        false,
        base + ":" + host.getAddress().getPort() + "/layer?sig=secret");

    try (EcrResolver careful = ecr.resolver().build()) {
      assertThatThrownBy(
              () ->
                  containerd.pull(
                      ecr.reference(repository, "latest"), careful, PullOptions.defaults()))
          .isInstanceOf(ResolverException.class)
          .hasMessageContaining("not at a public address")
          .hasMessageNotContaining("secret");
    }
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"file:///etc/passwd", "ftp://example.com/x", "http://user:pass@localhost/"})
  void comesByHttpAndWithoutAUser(String url) throws Exception {
    String repository = "url-" + Digest.sha256(url.getBytes(UTF_8)).hex().substring(0, 8);
    image(repository, layer(repository), FOREIGN, false, url);

    assertThatThrownBy(() -> pull(repository))
        .isInstanceOf(ResolverException.class)
        .hasMessageContaining("a layer's url")
        .hasMessageNotContaining("pass@");
  }

  private void pull(String repository) throws InterruptedException {
    containerd.pull(ecr.reference(repository, "latest"), resolver, PullOptions.defaults());
  }

  private String url(String path) {
    return "http://localhost:" + host.getAddress().getPort() + path;
  }

  private void record(HttpExchange exchange) {
    asked.add(exchange.getRequestURI().toString());
    headers.add(exchange.getRequestHeaders());
  }

  private void redirect(String from, String to) {
    host.createContext(
        from,
        exchange -> {
          record(exchange);
          exchange.getResponseHeaders().set("Location", to);
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
  }

  /** Serves ranges, and 404 for all else. */
  private void serve(String path, byte[] content) {
    host.createContext(
        "/",
        exchange -> {
          record(exchange);
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    host.createContext(
        path,
        exchange -> {
          record(exchange);
          String range = exchange.getRequestHeaders().getFirst("Range");
          int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
          byte[] rest = Arrays.copyOfRange(content, from, content.length);
          if (range != null) {
            exchange
                .getResponseHeaders()
                .set(
                    "Content-Range",
                    "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
          }
          exchange.sendResponseHeaders(range == null ? 200 : 206, rest.length);
          try (OutputStream body = exchange.getResponseBody()) {
            body.write(rest);
          }
        });
  }

  /** An image whose upper layer is foreign. */
  private void image(
      String repository, Layer layer, String mediaType, boolean there, String... urls)
      throws IOException {
    OciLayout layout = ecr.repository(repository);
    OciImage image =
        layout.image(Format.DOCKER, OciLayout.HERE, List.of(layer(repository + "0"), layer));
    Descriptor foreign = layer(layer);
    String manifest =
        Files.readString(layout.file(image.manifest().digest()))
            .replace(
                "{\"mediaType\":\"%s\",\"digest\":\"%s\""
                    .formatted(MediaTypes.DOCKER_LAYER_GZIP, foreign.digest()),
                "{\"mediaType\":\"%s\",\"urls\":[\"%s\"],\"digest\":\"%s\""
                    .formatted(mediaType, String.join("\",\"", urls), foreign.digest()));
    assertThat(manifest).contains(mediaType);
    layout.tag("latest", layout.blob(MediaTypes.DOCKER_MANIFEST, manifest.getBytes(UTF_8)));
    if (!there) {
      Files.delete(layout.file(foreign.digest()));
    }
  }

  private static Descriptor layer(Layer layer) {
    return Descriptor.of(FOREIGN, layer.bytes());
  }

  private static Layer layer(String text) {
    return Layer.gzip(new LayerTar().file("text", 0644, text));
  }
}
