package io.github.ecrcontainerd.containerd.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every transport does, shown against a peer that is the JDK's own. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TransportContract {
  private static final int CONNECTIONS = 5000;
  private static final int FAILURES = 1000;
  private static final long OWN_PID = ProcessHandle.current().pid();

  private final Transport transport;
  private final int longestPath;
  private Path socket;
  private ServerSocketChannel server;

  @TempDir Path directory;

  TransportContract(Transport transport, int longestPath) {
    this.transport = transport;
    this.longestPath = longestPath;
  }

  @BeforeEach
  void listen() throws IOException {
    socket = directory.resolve("s.sock");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  @AfterEach
  void stopListening() throws IOException {
    server.close();
  }

  /** Runs beside the test; a platform thread, as the transport asks for. */
  private static <T> FutureTask<T> beside(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(20, TimeUnit.SECONDS);
  }

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static byte[] readAll(SocketChannel peer, int size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(size);
    while (buffer.hasRemaining() && peer.read(buffer) >= 0) {}
    return buffer.array();
  }

  private static void writeAll(SocketChannel peer, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      peer.write(buffer);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 65_536, 262_144, 262_145, 16 << 20})
  void carriesAMessageBothWaysAtTheSameTime(int size) throws Exception {
    byte[] sent = bytes(size);
    try (Connection connection = transport.connect(socket);
        SocketChannel peer = server.accept()) {
      FutureTask<byte[]> received = beside(() -> readAll(peer, size));
      FutureTask<?> answered =
          beside(
              () -> {
                writeAll(peer, sent);
                peer.shutdownOutput();
                return null;
              });
      FutureTask<byte[]> read = beside(() -> connection.input().readAllBytes());
      connection.output().write(sent);
      connection.output().flush();
      assertThat(result(received)).isEqualTo(sent);
      assertThat(result(read)).isEqualTo(sent);
      result(answered);
    }
  }

  @Test
  void sendsNothingBeforeItIsFlushed() throws Exception {
    try (Connection connection = transport.connect(socket);
        SocketChannel peer = server.accept()) {
      peer.configureBlocking(false);
      connection.output().write(bytes(100));
      assertThat(peer.read(ByteBuffer.allocate(200))).isZero();
      connection.output().flush();
      assertThat(peer.read(ByteBuffer.allocate(200))).isEqualTo(100);
    }
  }

  @Test
  void goesOnToReceiveAfterItHasEndedItsOutput() throws Exception {
    try (Connection connection = transport.connect(socket);
        SocketChannel peer = server.accept()) {
      connection.output().write('x');
      connection.shutdownOutput();
      assertThat(readAll(peer, 1)).containsExactly('x');
      assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      writeAll(peer, new byte[] {'y'});
      assertThat(connection.input().read()).isEqualTo('y');
    }
  }

  @Test
  void readsTheEndWhenThePeerIsGone() throws Exception {
    try (Connection connection = transport.connect(socket)) {
      server.accept().close();
      assertThat(connection.input().read()).isEqualTo(-1);
    }
  }

  @Test
  void failsToWriteWhenThePeerIsGone() throws Exception {
    try (Connection connection = transport.connect(socket)) {
      server.accept().close();
      assertThatThrownBy(
              () -> {
                connection.output().write(bytes(1 << 20));
                connection.output().flush();
              })
          .isInstanceOf(IOException.class)
          .hasMessageContaining(socket.toString());
    }
  }

  @Test
  void endsABlockedReadWhenItIsClosed() throws Exception {
    Connection connection = transport.connect(socket);
    try (SocketChannel peer = server.accept()) {
      InputStream input = connection.input();
      FutureTask<String> read =
          new FutureTask<>(
              () -> {
                try {
                  return "read " + input.read();
                } catch (IOException e) {
                  return "failed";
                }
              });
      awaitBlocked(Thread.ofPlatform().daemon().name("blocked-read").start(read));
      connection.close();
      assertThat(result(read)).isIn("read -1", "failed");
      assertThat(peer.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  /** The JVM calls a thread that waits in the kernel runnable; the kernel says that it sleeps. */
  private static void awaitBlocked(Thread thread) throws IOException {
    while (thread.getState() != Thread.State.RUNNABLE || !sleepsInTheKernel(thread)) {
      Thread.onSpinWait();
    }
  }

  private static boolean sleepsInTheKernel(Thread thread) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/task"))) {
      return all.map(TransportContract::stat)
          .anyMatch(stat -> stat.contains("(" + thread.getName() + ") S "));
    }
  }

  /** {@code pid (name) state ...}: proc(5). */
  private static String stat(Path thread) {
    try {
      return Files.readString(thread.resolve("stat"));
    } catch (IOException e) {
      return ""; // It has ended meanwhile.
    }
  }

  @Test
  void endsABlockedWriteWhenItIsClosed() throws Exception {
    Connection connection = transport.connect(socket);
    try (SocketChannel peer = server.accept()) {
      FutureTask<Boolean> written =
          beside(
              () -> {
                try {
                  while (true) {
                    connection.output().write(bytes(1 << 20));
                  }
                } catch (IOException e) {
                  return true;
                }
              });
      // The kernel's buffer is full once the peer has something to read and the writer is stuck.
      assertThat(readAll(peer, 1)).hasSize(1);
      connection.close();
      assertThat(result(written)).isTrue();
    }
  }

  @Test
  void goesOnToReadWhenItsThreadIsInterrupted() throws Exception {
    try (Connection connection = transport.connect(socket);
        SocketChannel peer = server.accept()) {
      InputStream input = connection.input();
      FutureTask<String> read =
          new FutureTask<>(
              () -> "%c %s".formatted(input.read(), Thread.currentThread().isInterrupted()));
      Thread reader = Thread.ofPlatform().daemon().name("blocked-read").start(read);
      awaitBlocked(reader);
      reader.interrupt();
      awaitBlocked(reader);
      writeAll(peer, new byte[] {'x'});
      assertThat(result(read)).isEqualTo("x true");
      assertIsWhole(connection, peer);
    }
  }

  @Test
  void goesOnToWriteWhenItsThreadIsInterrupted() throws Exception {
    byte[] sent = bytes(16 << 20);
    try (Connection connection = transport.connect(socket);
        SocketChannel peer = server.accept()) {
      FutureTask<Boolean> written =
          new FutureTask<>(
              () -> {
                connection.output().write(sent);
                connection.output().flush();
                return Thread.currentThread().isInterrupted();
              });
      Thread writer = Thread.ofPlatform().daemon().name("blocked-write").start(written);
      awaitBlocked(writer);
      writer.interrupt();
      awaitBlocked(writer);
      assertThat(readAll(peer, sent.length)).isEqualTo(sent);
      assertThat(result(written)).isTrue();
      assertIsWhole(connection, peer);
    }
  }

  @Test
  void connectsReadsAndWritesAlsoInAThreadThatIsInterrupted() throws Exception {
    FutureTask<String> connected =
        beside(
            () -> {
              Thread.currentThread().interrupt();
              try (Connection connection = transport.connect(socket)) {
                connection.output().write('x');
                connection.output().flush();
                return "%c %s"
                    .formatted(connection.input().read(), Thread.currentThread().isInterrupted());
              }
            });
    try (SocketChannel peer = server.accept()) {
      writeAll(peer, readAll(peer, 1));
      assertThat(result(connected)).isEqualTo("x true");
    }
  }

  private static void assertIsWhole(Connection connection, SocketChannel peer) throws IOException {
    connection.output().write('y');
    connection.output().flush();
    assertThat(readAll(peer, 1)).containsExactly('y');
    writeAll(peer, new byte[] {'z'});
    assertThat(connection.input().read()).isEqualTo('z');
  }

  @Test
  void isUselessOnceItIsClosed() throws Exception {
    Connection connection = transport.connect(socket);
    connection.close();
    connection.close();
    assertThatThrownBy(() -> connection.input().read()).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> connection.output().write(1)).isInstanceOf(IOException.class);
    assertThatThrownBy(connection::shutdownOutput).isInstanceOf(IOException.class);
  }

  @Test
  void leaksNoDescriptor() throws Exception {
    long before = openDescriptors();
    FutureTask<?> peers =
        beside(
            () -> {
              for (int i = 0; i < CONNECTIONS; i++) {
                server.accept().close();
              }
              return null;
            });
    for (int i = 0; i < CONNECTIONS; i++) {
      try (Connection connection = transport.connect(socket)) {
        assertThat(connection.input().read()).isEqualTo(-1);
      }
    }
    result(peers);
    Path missing = directory.resolve("missing");
    for (int i = 0; i < FAILURES; i++) {
      assertThatThrownBy(() -> transport.connect(missing)).isInstanceOf(ConnectException.class);
    }
    assertThat(openDescriptors()).isLessThan(before + 100);
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return descriptors.count();
    }
  }

  @Test
  void saysThatNothingIsThere() {
    Path missing = directory.resolve("missing.sock");
    assertThatThrownBy(() -> transport.connect(missing))
        .isInstanceOf(ConnectException.class)
        .hasMessage("no containerd at " + missing + ": is it running?");
  }

  @Test
  void saysThatNobodyListens() throws IOException {
    server.close();
    assertThat(socket).exists();
    assertThatThrownBy(() -> transport.connect(socket))
        .isInstanceOf(ConnectException.class)
        .hasMessage("no containerd at " + socket + ": is it running?");
  }

  @Test
  void saysThatAFileIsNoSocket() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "text");
    assertThatThrownBy(() -> transport.connect(file))
        .isInstanceOf(ConnectException.class)
        .hasMessage(file + " is not a socket");
  }

  @Test
  void saysThatAPathIsTooLong() {
    Path tooLong = Path.of("/" + "x".repeat(longestPath));
    assertThatThrownBy(() -> transport.connect(tooLong))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining(
            "at most %d bytes; this one has %d".formatted(longestPath, longestPath + 1));
  }

  @Test
  void acceptsTheLongestPath() throws Exception {
    Path longest = directory.resolve("x".repeat(longestPath - directory.toString().length() - 1));
    // The JDK itself binds 106 bytes at most.
    Files.move(socket, longest);
    transport.connect(longest).close();
  }

  @Test
  void saysThatThePeerAcceptsNobody() throws Exception {
    try (FullBacklog full = new FullBacklog(directory.resolve("full.sock"))) {
      assertThatThrownBy(() -> transport.connect(full.socket()))
          .isInstanceOf(ConnectException.class)
          .hasMessage(
              "containerd at " + full.socket() + " accepts no connection for 5 s: is it stuck?");
    }
  }

  @Test
  void connectsWhenThePeerAcceptsAgain() throws Exception {
    try (FullBacklog full = new FullBacklog(directory.resolve("full.sock"))) {
      FutureTask<Connection> connecting = beside(() -> transport.connect(full.socket()));
      full.accept();
      result(connecting).close();
    }
  }

  @Test
  void tellsWhoListens() throws Exception {
    try (Connection connection = transport.connect(socket)) {
      assertThat(connection.peer().user()).isEqualTo(Files.getOwner(socket));
      assertThat(connection.peer().group()).isEqualTo(Files.getAttribute(socket, "posix:group"));
      connection.peer().pid().ifPresent(pid -> assertThat(pid).isEqualTo(OWN_PID));
    }
  }

  @Test
  void trustsItsOwnUser() throws Exception {
    try (Connection connection = new TrustedTransport(transport).connect(socket)) {
      connection.output().write(1);
    }
  }
}
