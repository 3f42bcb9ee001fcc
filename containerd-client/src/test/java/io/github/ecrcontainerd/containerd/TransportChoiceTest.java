package io.github.ecrcontainerd.containerd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ChildJvm.Ended;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TransportChoiceTest {
  private static final String ALLOW = "--enable-native-access=ALL-UNNAMED";
  private static final String DENY = "--illegal-native-access=deny";

  @TempDir Path directory;
  private ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket()));
  }

  @AfterEach
  void stopListening() throws IOException {
    server.close();
  }

  private Path socket() {
    return directory.resolve("s.sock");
  }

  private Ended run(ChildJvm jvm, String... arguments) throws IOException, InterruptedException {
    String[] all = new String[arguments.length + 1];
    all[0] = socket().toString();
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return jvm.run(directory, all);
  }

  @Test
  void isTheBuildersOrElseFfm() throws Exception {
    Ended ended = run(new ChildJvm(ALLOW), "JDK", "JNR", "FFM", "default");
    assertThat(ended.out().lines())
        .containsExactly(
            "JDK: does not know the process",
            "JNR: knows the process",
            "FFM: knows the process",
            "default: knows the process");
  }

  @Test
  void isTheSystemPropertysWhereTheBuilderHasNone() throws Exception {
    Ended ended = run(new ChildJvm(ALLOW, "-Decrcontainerd.transport=jdk"), "default", "FFM");
    assertThat(ended.out().lines())
        .containsExactly("default: does not know the process", "FFM: knows the process");
  }

  @Test
  void isNoneWhereTheSystemPropertyNamesNone() throws Exception {
    Ended ended = run(new ChildJvm("-Decrcontainerd.transport=netty"), "default");
    assertThat(ended.out())
        .isEqualToIgnoringNewLines(
            "default: The system property ecrcontainerd.transport is ffm, jdk or jnr, and not"
                + " \"netty\"");
  }

  @Test
  void fallsBackToTheJdksWhereNativeAccessIsRefusedAndSaysSoOnce() throws Exception {
    Ended ended = run(new ChildJvm(DENY), "default", "default");
    assertThat(ended.out().lines())
        .containsExactly(
            "default: does not know the process", "default: does not know the process");
    assertThat(ended.err())
        .containsOnlyOnce("containerd is reached through the JDK's own socket channel")
        .contains("start it with --enable-native-access=ALL-UNNAMED");
  }

  @Test
  void isFfmAlsoWhereNativeAccessIsRefusedToOthers() throws Exception {
    Ended ended = run(new ChildJvm(DENY, ALLOW), "default");
    assertThat(ended.out()).isEqualToIgnoringNewLines("default: knows the process");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void isRefusedWhereItIsChosenAndNeedsNativeAccess() throws Exception {
    Ended ended = run(new ChildJvm(DENY), "FFM", "JNR");
    assertThat(ended.out().lines())
        .containsExactly(
            "FFM: The transport FFM can't be used, because this JVM refuses native access: start it"
                + " with --enable-native-access=ALL-UNNAMED, or choose the transport JDK",
            "JNR: The transport JNR can't be used, because this JVM refuses native access: start it"
                + " with --enable-native-access=ALL-UNNAMED, or choose the transport JDK");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void needsJnrOnlyWhereItIsChosen() throws Exception {
    Ended ended = run(new ChildJvm(ALLOW).withoutJnr(), "default", "JDK", "JNR");
    assertThat(ended.out().lines())
        .containsExactly(
            "default: knows the process",
            "JDK: does not know the process",
            "JNR: The transport JNR needs jnr-unixsocket: add com.github.jnr:jnr-unixsocket to the"
                + " class path, or choose another transport");
  }

  @Test
  void cannotBeMadeUpForWhereAFifoIsWanted() throws Exception {
    Ended ended = run(new ChildJvm(DENY), "fifo", "fifo");
    assertThat(ended.out().lines())
        .hasSize(2)
        .allMatch(line -> line.contains("no FIFO can be made: this JVM refuses native access"));
  }
}
