package io.github.ecrcontainerd.containerd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonAddressTest {
  private static final String USUAL = "/run/containerd/containerd.sock";

  @TempDir Path runtime;

  @ParameterizedTest
  @ValueSource(strings = {"/run/c.sock", "unix:///run/c.sock"})
  void isAPathWithOrWithoutItsScheme(String address) {
    assertThat(DaemonAddress.parse(address)).isEqualTo(Path.of("/run/c.sock"));
  }

  @Test
  void mayBeRelative() {
    assertThat(DaemonAddress.parse("unix://run/c.sock")).isEqualTo(Path.of("run/c.sock"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "unix://",
        "tcp://127.0.0.1:1234",
        "unix:/run/c.sock",
        "unix://tcp://x",
        "npipe:////./pipe/containerd",
        "http://x/"
      })
  void isNothingElse(String address) {
    assertThatThrownBy(() -> DaemonAddress.parse(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Not the address of a containerd: \"%s\". It is the path of its socket, with or without"
                    .formatted(address)
                + " unix://");
    assertThatThrownBy(() -> DaemonAddress.find(Map.of("CONTAINERD_ADDRESS", address)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("CONTAINERD_ADDRESS: Not the address");
  }

  @Test
  void isWhatTheEnvironmentSaysWhateverElseThereIs() throws Exception {
    touch("containerd/containerd.sock");
    assertThat(
            DaemonAddress.find(
                Map.of(
                    "CONTAINERD_ADDRESS", "unix:///c.sock", "XDG_RUNTIME_DIR", runtime.toString())))
        .isEqualTo(Path.of("/c.sock"));
  }

  @Test
  void isTheUsualOneWhereNothingElseIsKnown() {
    assertThat(DaemonAddress.find(Map.of())).isEqualTo(Path.of(USUAL));
    assertThat(DaemonAddress.find(Map.of("XDG_RUNTIME_DIR", ""))).isEqualTo(Path.of(USUAL));
    assertThat(DaemonAddress.find(Map.of("XDG_RUNTIME_DIR", runtime.toString())))
        .isEqualTo(Path.of(USUAL));
  }

  @Test
  void isTheRootlessOneForAnyUserButRoot() throws Exception {
    Path own = touch("containerd/containerd.sock");
    boolean root = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
    assertThat(DaemonAddress.find(Map.of("XDG_RUNTIME_DIR", runtime.toString())))
        .isEqualTo(root ? Path.of(USUAL) : own);
  }

  @Test
  void findsTheRootlessSocketInTheRuntimeDirectory() throws Exception {
    assertThat(DaemonAddress.rootless(runtime)).isEmpty();
    Path own = touch("containerd/containerd.sock");
    assertThat(DaemonAddress.rootless(runtime)).contains(own);
  }

  @Test
  void findsNoneBehindAProcessThatIsGoneOrHasNone() throws Exception {
    Path child = touch("containerd-rootless/child_pid");
    for (String pid : new String[] {"", "none", "../1", "4194305", "1 2"}) {
      Files.writeString(child, pid);
      assertThat(DaemonAddress.rootless(runtime)).isEmpty();
    }
  }

  private Path touch(String name) throws IOException {
    Path file = runtime.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }
}
