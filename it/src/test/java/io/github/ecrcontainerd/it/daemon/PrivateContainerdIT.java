package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.ecrcontainerd.it.support.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@WithContainerd
class PrivateContainerdIT {

  @Test
  void answers(Containerd containerd) {
    assertThat(containerd.ctr("version")).contains("Server:");
    assertThat(containerd.socket().toString().length()).isLessThan(100);
  }

  @Test
  void isTheSameForAllTestsOfAClass(Containerd containerd) {
    containerd.ctr("namespaces", "create", "kept");
    assertThat(containerd.ctr("namespaces", "ls", "-q")).contains("kept");
  }

  @Test
  void unpacksIntoOverlays(Containerd containerd) {
    assertThat(containerd.ctr("plugins", "ls"))
        .containsPattern("io.containerd.snapshotter.v1 +overlayfs .* ok");
  }

  @Test
  void runsBesideAnother(Containerd containerd) {
    try (Containerd other = Containerd.open()) {
      other.ctr("namespaces", "create", "others");
      assertThat(containerd.ctr("namespaces", "ls", "-q")).doesNotContain("others");
      assertThat(other.pid()).isNotEqualTo(containerd.pid());
    }
  }

  @Test
  void keepsWhatItHasOverARestart() {
    try (Containerd containerd = Containerd.open()) {
      containerd.ctr("namespaces", "create", "kept");
      containerd.stop();
      assertThatThrownBy(() -> containerd.ctr("version"))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("not running");
      containerd.start();
      assertThat(containerd.ctr("namespaces", "ls", "-q")).contains("kept");
      containerd.kill();
      containerd.start();
      assertThat(containerd.ctr("namespaces", "ls", "-q")).contains("kept");
    }
  }

  @Test
  void leavesNothingOfAContainerThatOutlivedItsKilledDaemon() throws IOException {
    Path shimSocketsOfTheMachine = Path.of("/run/containerd/s");
    boolean machineHasShims = Files.exists(shimSocketsOfTheMachine);
    String id = "it" + ProcessHandle.current().pid();
    Path directory;
    try (Containerd containerd = Containerd.open()) {
      directory = containerd.directory();
      Path rootfs = directory.resolve("rootfs");
      Files.createDirectories(rootfs.resolve("bin"));
      Files.copy(Path.of("/bin/busybox"), rootfs.resolve("bin/busybox"));
      String script = "while :; do sleep 1h; done";
      containerd.ctr(
          "run", "-d", "--rootfs", rootfs.toString(), id, "/bin/busybox", "sh", "-c", script, id);
      // A moment after the task's start, its process is not yet the requested program.
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> {
            while (processesNaming(id).size() < 2) {
              Thread.onSpinWait();
            }
          },
          "the container and its shim");
      assertThat(processesNaming(id)).hasSize(2);
      containerd.kill();
      assertThat(processesNaming(id)).hasSize(2);
    }
    assertThat(processesNaming(id)).isEmpty();
    assertThat(directory).doesNotExist();
    assertThat(Files.exists(shimSocketsOfTheMachine)).isEqualTo(machineHasShims);
    assertThat(cgroupsNamed(id)).isEmpty();
    assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
        .doesNotContain(directory.toString());
  }

  @Test
  void unmountsWhatATestMountedInIt() throws IOException {
    Path directory;
    try (Containerd containerd = Containerd.open()) {
      directory = containerd.directory();
      Path mounted = Files.createDirectory(directory.resolve("mounted"));
      Command.run(List.of("mount", "-t", "tmpfs", "tmpfs", mounted.toString()));
    }
    assertThat(directory).doesNotExist();
  }

  @Test
  void failsWhereContainerdIsMissingAndSaysWhatToDo() {
    assertThatThrownBy(() -> Binaries.in("/nowhere"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("is not installed")
        .hasMessageContaining("run bin/setup");
  }

  @Test
  void saysWhatTheToolSaid(Containerd containerd) {
    assertThatThrownBy(() -> containerd.ctr("images", "mount", "no-such-image", "/nowhere"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("no-such-image")
        .hasMessageContaining("not found");
  }

  /** Processes with this argument. A process that has ended has no arguments. */
  private static List<ProcessHandle> processesNaming(String id) {
    return ProcessHandle.allProcesses()
        .filter(process -> process.info().arguments().map(List::of).orElse(List.of()).contains(id))
        .toList();
  }

  private static List<Path> cgroupsNamed(String id) throws IOException {
    try (Stream<Path> all = Files.find(Path.of("/sys/fs/cgroup"), 7, (p, a) -> p.endsWith(id))) {
      return all.toList();
    }
  }
}
