package io.github.ecrcontainerd.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client against sockets behind which there is no containerd. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerdClientTest {
  @TempDir Path directory;

  private ContainerdClient.Builder builder() {
    return ContainerdClient.builder().address(directory.resolve("c.sock"));
  }

  private ServerSocketChannel listen() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(directory.resolve("c.sock")));
    return server;
  }

  private static ContainerdException failureOf(ContainerdClient client) {
    return catchThrowableOfType(ContainerdException.class, () -> client.introspection().version());
  }

  @Test
  void saysAtEveryCallThatThereIsNoDaemon() {
    try (ContainerdClient client = builder().build()) {
      for (int i = 0; i < 3; i++) {
        ContainerdException failure = failureOf(client);
        assertThat(failure.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(failure)
            .hasMessage(
                "Version.Version: no containerd at %s: is it running?"
                    .formatted(directory.resolve("c.sock")));
      }
    }
  }

  @Test
  void takesAnAddressWithOrWithoutItsScheme() {
    for (String address : new String[] {"unix:///no/such.sock", "/no/such.sock"}) {
      try (ContainerdClient client = ContainerdClient.builder().address(address).build()) {
        assertThat(failureOf(client)).hasMessageContaining("no containerd at /no/such.sock:");
      }
    }
  }

  @Test
  void takesAddressAndNamespaceFromTheEnvironment() {
    var environment = Map.of("CONTAINERD_ADDRESS", "unix:///from/environment.sock");
    try (ContainerdClient client = new ContainerdClient.Builder(environment).build()) {
      assertThat(failureOf(client)).hasMessageContaining("/from/environment.sock");
    }
    // Who says where it is does not ask the environment, however wrong that is.
    try (ContainerdClient client =
        new ContainerdClient.Builder(Map.of("CONTAINERD_ADDRESS", "tcp://localhost"))
            .address("/x")
            .build()) {
      assertThat(failureOf(client)).hasMessageContaining("no containerd at /x:");
    }
  }

  @Test
  void saysWhichVariableIsWrong() {
    for (var wrong :
        Map.of("CONTAINERD_ADDRESS", "tcp://localhost", "CONTAINERD_NAMESPACE", "a b").entrySet()) {
      var environment = Map.of(wrong.getKey(), wrong.getValue());
      assertThatThrownBy(() -> new ContainerdClient.Builder(environment).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(wrong.getKey() + ": Not ")
          .hasMessageContaining('"' + wrong.getValue() + '"');
    }
  }

  @Test
  void saysAtOnceThatTheDaemonWentAway() throws Exception {
    try (ServerSocketChannel server = listen();
        ContainerdClient client = builder().build()) {
      FutureTask<ContainerdException> failure = new FutureTask<>(() -> failureOf(client));
      Thread.startVirtualThread(failure);
      SocketChannel first = server.accept();
      Files.delete(directory.resolve("c.sock"));
      first.close();
      assertThat(failure.get(20, TimeUnit.SECONDS).code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(failure.get()).hasMessageEndingWith("is it running?");
    }
  }

  @Test
  void waitsNoLongerThanItsDeadline() throws Exception {
    try (ServerSocketChannel server = listen();
        ContainerdClient client = builder().deadline(Duration.ofMillis(200)).build()) {
      assertThat(server.isOpen()).isTrue();
      ContainerdException failure = failureOf(client);
      assertThat(failure.code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(failure).hasMessageContaining("doesn't answer in time");
    }
  }

  @Test
  void endsACallWhenItsThreadIsInterrupted() throws Exception {
    try (ServerSocketChannel server = listen();
        ContainerdClient client = builder().build()) {
      FutureTask<Object> call = new FutureTask<>(() -> client.introspection().version());
      Thread thread = Thread.startVirtualThread(call);
      try (SocketChannel peer = server.accept()) {
        thread.interrupt();
        assertThatThrownBy(() -> call.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(InterruptedException.class);
        assertThat(peer.isOpen()).isTrue();
      }
    }
  }

  @Test
  void endsCallsWhenItIsClosed() throws Exception {
    ContainerdClient client = builder().build();
    try (ServerSocketChannel server = listen()) {
      FutureTask<ContainerdException> failure = new FutureTask<>(() -> failureOf(client));
      Thread.startVirtualThread(failure);
      try (SocketChannel peer = server.accept()) {
        client.close();
        assertThat(failure.get(20, TimeUnit.SECONDS)).hasMessageContaining("closed");
        assertThat(peer.isOpen()).isTrue();
      }
      assertThat(failureOf(client)).hasMessageContaining("the client is closed");
    }
  }

  @Test
  void keepsNoJvmAlive() throws Exception {
    try (ServerSocketChannel server = listen();
        ContainerdClient client = builder().deadline(Duration.ofMillis(100)).build()) {
      assertThat(server.isOpen()).isTrue();
      assertThat(failureOf(client).code()).isEqualTo(Code.DEADLINE_EXCEEDED);
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> thread.getName().startsWith("grpc"))
          .isNotEmpty()
          .allMatch(Thread::isDaemon);
    }
  }

  @Test
  void refusesADeadlineThatIsOver() {
    assertThatThrownBy(() -> builder().deadline(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
