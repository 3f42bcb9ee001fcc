package io.github.ecrcontainerd.it.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where something else is than a registry, every command says so in one line and in time. What is
 * there instead is the kernel's own socket, or a server of the JDK's.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(100)
class NoRegistryIT {
  private static final Duration DEADLINE = Duration.ofSeconds(35);
  private static final List<String> COMMANDS = List.of("pull", "push", "copy", "copy --direct");

  private final Containerd daemon;
  private final LocalEcr ecr;

  NoRegistryIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  /** What stands where the API should be. */
  enum Stand {
    NOTHING("nothing listens there"),
    A_GATEWAY_THAT_REFUSES("403 from 127.0.0.1"),
    A_GATEWAY_THAT_IS_BROKEN("502 from 127.0.0.1");

    private final String words;

    Stand(String words) {
      this.words = words;
    }

    /** Puts it on a port. */
    private Closeable on(int port) throws IOException {
      return switch (this) {
        case NOTHING -> () -> {};
        case A_GATEWAY_THAT_REFUSES -> gateway(403, port);
        case A_GATEWAY_THAT_IS_BROKEN -> gateway(502, port);
      };
    }

    private static Closeable gateway(int status, int port) throws IOException {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] page = "<html><body><h1>Blocked</h1></body></html>".getBytes(UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/html");
            exchange.sendResponseHeaders(status, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
          });
      server.start();
      return () -> server.stop(0);
    }
  }

  @BeforeAll
  static void storeAnImage(Containerd daemon, LocalEcr ecr) throws Exception {
    OciLayout layout = ecr.repository("stored");
    NoiseImage.tag(layout, "1", List.of(NoiseImage.layer(layout, 1, 1 << 20)));
    Ended stored =
        EcrCommand.withCredentials()
            .run(
                "pull",
                "--no-unpack",
                "--address=" + daemon.socket(),
                "--endpoint-url=" + ecr.server().endpoint(),
                ecr.reference("stored", "1"));
    assertThat(stored.status()).as(stored.err()).isZero();
  }

  static Stream<Arguments> everyCommandAndStand() {
    return COMMANDS.stream()
        .flatMap(command -> Stream.of(Stand.values()).map(stand -> Arguments.of(command, stand)));
  }

  static List<String> everyCommand() {
    return COMMANDS;
  }

  @ParameterizedTest(name = "{0}, and {1}")
  @MethodSource("everyCommandAndStand")
  void oneLineSaysSoInTime(String command, Stand stand) throws Exception {
    int port = freePort();
    try (Closeable _ = stand.on(port)) {
      long began = System.nanoTime();

      Ended ended = run(command, port);

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(DEADLINE);
      assertSays(ended, stand.words);
    }
  }

  @ParameterizedTest
  @MethodSource("everyCommand")
  @Execution(ExecutionMode.CONCURRENT)
  void silenceIsTakenForAnAnswerInTime(String command) throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Long> asked = new CompletableFuture<>();
      Thread.startVirtualThread(() -> accept(silent, asked));

      Ended ended = run(command, silent.getLocalPort());

      // Not from its start on, which takes as long as the machine is busy.
      assertThat(Duration.ofNanos(System.nanoTime() - asked.get())).isLessThan(DEADLINE);
      assertSays(ended, "no answer from 127.0.0.1");
    }
  }

  /** The kernel has room for few that nobody accepts, and hears no further one. */
  @Test
  void aHostThatTakesNoConnectionIsNamedInTime() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Fillers fillers = new Fillers(full.getLocalSocketAddress())) {
      fillers.fill();
      long began = System.nanoTime();

      Ended ended = run("pull --connect-timeout=1", full.getLocalPort());

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(DEADLINE);
      assertSays(ended, "no answer from 127.0.0.1:" + full.getLocalPort());
    }
  }

  /** Connections that fill what a socket has room for. */
  private static final class Fillers implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 500;

    private final SocketAddress address;
    private final List<Socket> connected = new ArrayList<>();

    private Fillers(SocketAddress address) {
      this.address = address;
    }

    private void fill() throws IOException {
      try {
        while (true) {
          Socket next = new Socket();
          connected.add(next);
          next.connect(address, PATIENCE_MILLIS);
        }
      } catch (SocketTimeoutException fullNow) {
        // That was the aim.
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : connected) {
        socket.close();
      }
    }
  }

  /** Takes one connection, hears it out, and says nothing; all others stay with the kernel. */
  private static void accept(ServerSocket silent, CompletableFuture<Long> asked) {
    try (Socket first = silent.accept()) {
      asked.complete(System.nanoTime());
      first.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private Ended run(String command, int port) throws InterruptedException {
    List<String> line = new ArrayList<>(List.of(command.split(" ", -1)));
    if (!command.contains("--direct")) {
      line.add("--address=" + daemon.socket());
    }
    line.add("--endpoint-url=http://127.0.0.1:" + port);
    line.add(ecr.reference("nowhere", "1"));
    if (!command.startsWith("pull")) {
      line.add(ecr.reference("stored", "1"));
    }
    return EcrCommand.withCredentials().run(line.toArray(String[]::new));
  }

  private static void assertSays(Ended ended, String words) {
    assertThat(ended.status()).as(ended.err()).isEqualTo(1);
    assertThat(ended.err().lines().filter(text -> text.startsWith("ecr: ")).toList())
        .singleElement()
        .asString()
        .contains(words)
        .doesNotContain("Exception", "software.amazon", "java.", "<html>");
  }

  private static int freePort() throws IOException {
    try (ServerSocket before = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      return before.getLocalPort();
    }
  }
}
