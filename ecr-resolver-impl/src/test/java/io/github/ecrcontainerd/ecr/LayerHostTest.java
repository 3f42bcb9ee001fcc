package io.github.ecrcontainerd.ecr;

import static io.github.ecrcontainerd.ecr.StubRegistry.REFERENCE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.ecr.StubRegistry.Answer;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.ResolverException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a download makes of the hosts that layers come from: servers of the JDK's. */
@Timeout(60)
class LayerHostTest {
  private static final byte[] LAYER = new byte[5 << 20];
  private static final Descriptor DESCRIPTOR;

  static {
    new Random(1).nextBytes(LAYER);
    DESCRIPTOR = Descriptor.of(MediaTypes.OCI_LAYER, LAYER);
  }

  @Test
  void followsARedirectOnceForAllRanges() throws Exception {
    try (Host store = new Host(0, Host::serve);
        Host gateway = new Host(0, to(store, "/blob?token=of-the-store"));
        StubRegistry registry = giving(gateway, "/layer?X-Amz-Signature=of-the-gateway");
        EcrResolver resolver = registry.resolver().build()) {
      assertThat(read(resolver)).isEqualTo(LAYER);

      assertThat(registry.operations()).containsOnlyOnce("GetDownloadUrlForLayer");
      assertThat(store.requests()).hasSizeBetween(4, 5);
      // Those ranges that were asked for before the first redirect came.
      assertThat(gateway.requests()).hasSizeBetween(1, 4);
      assertThat(store.requests())
          .allSatisfy(
              request ->
                  assertThat(request)
                      .contains("token=of-the-store")
                      .contains("Host: [" + store.name() + "]")
                      .doesNotContain("of-the-gateway")
                      .doesNotContainIgnoringCase("Referer"));
    }
  }

  @Test
  void asksForAnotherUrlWhenTheTargetOfARedirectIsRefused() throws Exception {
    boolean[] refused = new boolean[1];
    try (Host store =
            new Host(
                0,
                exchange -> {
                  synchronized (refused) {
                    if (!refused[0]) {
                      refused[0] = true;
                      exchange.sendResponseHeaders(403, -1);
                      return;
                    }
                  }
                  Host.serve(exchange);
                });
        Host gateway = new Host(0, to(store, "/blob"));
        StubRegistry registry = giving(gateway, "/layer");
        EcrResolver resolver = registry.resolver().layerDownloadParallelism(1).build()) {
      assertThat(read(resolver)).isEqualTo(LAYER);

      assertThat(gateway.requests()).hasSize(2);
      assertThat(registry.operations())
          .containsExactly("GetDownloadUrlForLayer", "GetDownloadUrlForLayer");
    }
  }

  @Test
  void aCircleOfRedirectsIsOneErrorWithoutTheirQueries() throws Exception {
    try (Host circle =
            new Host(
                0,
                exchange -> {
                  exchange.getResponseHeaders().set("Location", "/layer?token=secret");
                  exchange.sendResponseHeaders(302, -1);
                });
        StubRegistry registry = giving(circle, "/layer?token=secret");
        EcrResolver resolver = registry.resolver().layerDownloadParallelism(1).build()) {
      assertThatThrownBy(() -> read(resolver))
          .hasMessageContaining("5 redirects, the last to 127.0.0.1, did not lead to a layer")
          .hasMessageContaining(circle.name())
          .hasMessageNotContaining("secret")
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.INVALID_CONTENT));
    }
  }

  @Test
  void waitsForAHostThatIsStartedAgain() throws Exception {
    int port = freePort();
    try (StubRegistry registry =
            StubRegistry.with(
                Map.of(
                    "GetDownloadUrlForLayer", url("http://127.0.0.1:%d/layer".formatted(port))));
        EcrResolver resolver = registry.resolver().build();
        ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor()) {
      var started = later.schedule(() -> new Host(port, Host::serve), 3, TimeUnit.SECONDS);

      assertThat(read(resolver)).isEqualTo(LAYER);

      started.get().close();
    }
  }

  @Test
  void aHostThatStaysAwayIsNamedAfterTwentySeconds() throws Exception {
    int port = freePort();
    try (StubRegistry registry =
            StubRegistry.with(
                Map.of(
                    "GetDownloadUrlForLayer", url("http://127.0.0.1:%d/layer".formatted(port))));
        EcrResolver resolver = registry.resolver().build()) {
      long began = System.nanoTime();

      assertThatThrownBy(() -> read(resolver))
          .hasMessageContaining("127.0.0.1:" + port)
          .hasMessageContaining("nothing listens there")
          .asInstanceOf(InstanceOfAssertFactories.type(ResolverException.class))
          .satisfies(failure -> assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE));

      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofSeconds(20), Duration.ofSeconds(35));
    }
  }

  /** Or else they would be lost with a process that is killed. */
  @Test
  void bytesThatComeSlowlyAreHandedOnWithinASecondOrSo() throws Exception {
    try (Host slow =
            new Host(
                0,
                exchange -> {
                  exchange.sendResponseHeaders(200, LAYER.length);
                  for (int sent = 0; sent < LAYER.length; sent += 100_000) {
                    exchange
                        .getResponseBody()
                        .write(LAYER, sent, Math.min(100_000, LAYER.length - sent));
                    exchange.getResponseBody().flush();
                    Thread.sleep(Duration.ofMillis(400));
                  }
                });
        StubRegistry registry = giving(slow, "/layer");
        EcrResolver resolver = registry.resolver().layerDownloadParallelism(1).build();
        BlobReader layer = resolver.fetcher(REFERENCE).fetch(DESCRIPTOR)) {
      long began = System.nanoTime();

      ByteBuffer first = requireNonNull(layer.read());

      assertThat(first.remaining()).isBetween(1, (1 << 20) - 1);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }
  }

  private static int freePort() throws IOException {
    try (Host before = new Host(0, Host::serve)) {
      return before.port();
    }
  }

  private static byte[] read(EcrResolver resolver) throws Exception {
    try (InputStream layer = resolver.fetcher(REFERENCE).fetch(DESCRIPTOR).asInputStream()) {
      return layer.readAllBytes();
    }
  }

  private static StubRegistry giving(Host host, String path) {
    return StubRegistry.with(Map.of("GetDownloadUrlForLayer", url("http://" + host.name() + path)));
  }

  private static Answer url(String layer) {
    return Answer.json(200, "{\"downloadUrl\":\"%s\"}".formatted(layer));
  }

  private static Answering to(Host host, String path) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", "http://" + host.name() + path);
      exchange.sendResponseHeaders(307, -1);
    };
  }

  private interface Answering {
    void answer(HttpExchange exchange) throws IOException, InterruptedException;
  }

  /** A server for layers that notes what it was asked. */
  private static final class Host implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    Host(int port, Answering answering) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.setExecutor(threads);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              requests.add(
                  exchange.getRequestURI()
                      + " "
                      + exchange.getRequestHeaders().entrySet().stream()
                          .map(header -> header.getKey() + ": " + header.getValue())
                          .toList());
              answering.answer(exchange);
            } catch (InterruptedException end) {
              // The server is closed.
            }
          });
      server.start();
    }

    static void serve(HttpExchange exchange) throws IOException {
      String asked = exchange.getRequestHeaders().getFirst("Range");
      int first = 0;
      int last = LAYER.length - 1;
      if (asked != null) {
        Matcher range = RANGE.matcher(asked);
        assertThat(range.matches()).as(asked).isTrue();
        first = Integer.parseInt(range.group(1));
        last = Integer.parseInt(range.group(2));
        exchange
            .getResponseHeaders()
            .set("Content-Range", "bytes %d-%d/%d".formatted(first, last, LAYER.length));
      }
      exchange.sendResponseHeaders(asked == null ? 200 : 206, last + 1 - first);
      exchange.getResponseBody().write(Arrays.copyOfRange(LAYER, first, last + 1));
    }

    List<String> requests() {
      return List.copyOf(requests);
    }

    int port() {
      return server.getAddress().getPort();
    }

    String name() {
      return "127.0.0.1:" + port();
    }

    @Override
    public void close() {
      server.stop(0);
      threads.close();
    }
  }
}
