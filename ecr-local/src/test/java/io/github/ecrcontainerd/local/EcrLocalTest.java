package io.github.ecrcontainerd.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EcrLocalTest {
  @TempDir Path scratch = Path.of("");

  @Test
  void listensOnPortsOfItsOwn() throws Exception {
    try (var first = EcrLocal.builder().directory(scratch.resolve("a")).start();
        var second = EcrLocal.builder().directory(scratch.resolve("b")).start()) {
      assertThat(first.endpoint().getHost()).isEqualTo("127.0.0.1");
      assertThat(first.endpoint()).isNotEqualTo(second.endpoint());
      assertThat(first.layerEndpoint()).isNotEqualTo(first.endpoint());
    }
  }

  @Test
  void makesItsDirectory() throws Exception {
    Path directory = scratch.resolve("not/there/yet");

    try (var _ = EcrLocal.builder().directory(directory).start()) {
      assertThat(directory).isDirectory();
    }
  }

  @Test
  void putsTheNameThatOthersKnowIntoUrls() throws Exception {
    try (var named =
            EcrLocal.builder().directory(scratch.resolve("a")).publicHost("registry.test").start();
        var open = EcrLocal.builder().directory(scratch.resolve("b")).host("0.0.0.0").start();
        var six = EcrLocal.builder().directory(scratch.resolve("c")).publicHost("::1").start()) {
      assertThat(named.layerEndpoint().getHost()).isEqualTo("registry.test");
      assertThat(open.endpoint().getHost()).isEqualTo("localhost");
      assertThat(six.endpoint().toString()).startsWith("http://[::1]:");
    }
  }

  @Test
  void listensOnThePortsThatItIsGiven() throws Exception {
    int port;
    int layerPort;
    try (var first = EcrLocal.builder().directory(scratch).start()) {
      port = first.endpoint().getPort();
      layerPort = first.layerEndpoint().getPort();
    }

    try (var again =
        EcrLocal.builder().directory(scratch).port(port).layerPort(layerPort).start()) {
      assertThat(again.endpoint().getPort()).isEqualTo(port);
      assertThat(again.layerEndpoint().getPort()).isEqualTo(layerPort);
    }
  }

  @Test
  void saysThatAPortIsTaken() throws Exception {
    try (var taken = new ServerSocket(0)) {
      var builder =
          EcrLocal.builder().host("0.0.0.0").directory(scratch).port(taken.getLocalPort());

      assertThatThrownBy(builder::start)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Can't listen on 0.0.0.0:" + taken.getLocalPort());
    }
  }

  @Test
  void saysThatItNeedsADirectory() throws Exception {
    assertThatIllegalStateException()
        .isThrownBy(() -> EcrLocal.builder().start())
        .withMessageContaining("directory");
    Path file = Files.createFile(scratch.resolve("file"));
    assertThatThrownBy(() -> EcrLocal.builder().directory(file).start())
        .isInstanceOf(IOException.class);
  }

  @Test
  void servesNoDirectoryThatIsServedAlready() throws Exception {
    try (var _ = EcrLocal.builder().directory(scratch).start()) {
      assertThatThrownBy(() -> EcrLocal.builder().directory(scratch).start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("served by another ecr-local");
    }
    EcrLocal.builder().directory(scratch).start().close();
  }

  @Test
  void endsAllConnectionsWhenItIsClosed() throws Exception {
    var server = EcrLocal.builder().directory(scratch).start();
    var endpoint = server.endpoint();
    try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      assertThat(socket.getInputStream().readNBytes(12)).asString().endsWith("400");
      server.close();

      assertThat(socket.getInputStream().readAllBytes()).asString().endsWith("}");
    }
    assertThatThrownBy(() -> new Socket(endpoint.getHost(), endpoint.getPort()).close())
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void mayBeClosedTwice() throws Exception {
    var server = EcrLocal.builder().directory(scratch).start();

    server.close();
    server.close();

    assertThat(scratch.resolve(".ecr-local.lock")).isEmptyFile();
    assertThat(scratch).isDirectoryNotContaining(path -> !path.endsWith(".ecr-local.lock"));
  }

  @Test
  void leavesNoThreadBehind() throws Exception {
    EcrLocal.builder().directory(scratch).start().close();

    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().startsWith("ecr-local")) {
        assertThat(thread.join(Duration.ofSeconds(10))).as(thread.getName()).isTrue();
      }
    }
  }
}
