package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.ContainerdException.Code;
import io.github.ecrcontainerd.containerd.container.ContainerOptions;
import io.github.ecrcontainerd.containerd.container.ProcessUser;
import io.github.ecrcontainerd.containerd.container.RunOptions;
import io.github.ecrcontainerd.containerd.container.RuntimeSpec;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.snapshot.SnapshotInfo;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers run, and nothing of them stays. */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunIT {
  @TempDir Path directory;

  private ContainerdClient client;
  private String parent;
  private Containerd daemon;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void importBusybox(Containerd containerd) throws IOException {
    client = ContainerdClient.builder().address(containerd.socket()).build();
    OciLayout layout = OciLayout.create(directory.resolve("busybox"));
    OciImage image =
        layout.image(OciLayout.Format.OCI, OciLayout.HERE, List.of(Layer.gzip(busybox())));
    layout.tag("latest", image.manifest());
    layout.importInto(containerd, "busybox");
    parent = image.chainId().toString();
    daemon = containerd;
  }

  private static LayerTar busybox() throws IOException {
    LayerTar tar = new LayerTar();
    for (String name : List.of("bin", "proc", "dev", "sys", "run", "tmp")) {
      tar.directory(name, 0755);
    }
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    for (String name : List.of("sh", "cat", "id", "seq", "sleep", "pwd", "hostname")) {
      tar.symlink("bin/" + name, "busybox");
    }
    return tar;
  }

  @AfterEach
  void leavesNothing() throws Exception {
    assertThat(client.tasks().list()).isEmpty();
    assertThat(client.containers().list()).isEmpty();
    assertThat(client.leases().list()).isEmpty();
    assertThat(client.snapshots("overlayfs").list())
        .extracting(SnapshotInfo::name)
        .containsExactly(parent);
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(files)
          .noneMatch(file -> file.getFileName().toString().startsWith("containerd-task"));
    }
    client.close();
  }

  private ContainerOptions options(RuntimeSpec spec) {
    return ContainerOptions.of("busybox:latest", "overlayfs", parent, spec).withOutput(out, err);
  }

  private ExitStatus run(String script) throws InterruptedException {
    return client.run(options(RuntimeSpec.of("/bin/sh", "-c", script)));
  }

  private static String text(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }

  @Test
  void bringsOutputErrorsAndExitStatusHome() throws Exception {
    assertThat(run("echo hello; echo oops >&2; exit 7").code()).isEqualTo(7);
    assertThat(text(out)).isEqualTo("hello\n");
    assertThat(text(err)).isEqualTo("oops\n");
  }

  @Test
  void bringsAllOfALargeOutput() throws Exception {
    assertThat(run("seq 1 500000").code()).isZero();
    assertThat(text(out).lines()).hasSize(500_000).endsWith("500000");
  }

  @Test
  void runsAsTheUserInTheDirectoryAndTheEnvironmentItIsTold() throws Exception {
    RuntimeSpec spec =
        new RuntimeSpec(
            List.of("/bin/sh", "-c", "id -u; id -g; pwd; echo $COLOUR"),
            List.of(RuntimeSpec.DEFAULT_PATH, "COLOUR=blue"),
            "/tmp",
            new ProcessUser(1000, 100),
            "");
    assertThat(client.run(options(spec)).code()).isZero();
    assertThat(text(out).lines()).containsExactly("1000", "100", "/tmp", "blue");
  }

  @Test
  void keepsTheContainerAwayFromTheHost() throws Exception {
    run("echo $$; cat /proc/net/dev; echo x > /proc/sys/kernel/hostname");
    assertThat(text(out)).startsWith("1\n").contains("lo:").doesNotContain("eth0:", "docker0:");
    assertThat(text(err)).contains("Read-only file system");
  }

  @Test
  void tellsTheSignalThatEndedIt() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    OutputStream signal =
        new OutputStream() {
          @Override
          public void write(int b) {
            running.countDown();
          }
        };
    ContainerOptions forever =
        options(RuntimeSpec.of("/bin/sh", "-c", "echo running; sleep 1000"))
            .withOutput(signal, err);
    FutureTask<ExitStatus> run = new FutureTask<>(() -> client.run(forever));
    Thread.startVirtualThread(run);
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(client.tasks().kill(forever.id(), 9)).isTrue();
    assertThat(run.get(60, TimeUnit.SECONDS).code()).isEqualTo(128 + 9);
  }

  @Test
  void saysThatThereIsNoSuchProgram() {
    ContainerdException failure =
        catchThrowableOfType(
            ContainerdException.class, () -> client.run(options(RuntimeSpec.of("/bin/nope"))));
    assertThat(failure)
        .hasMessageContaining("Tasks.Create")
        .hasMessageContaining("/bin/nope")
        .hasMessageContaining("no such file or directory");
  }

  @Test
  void saysThatThereIsNoSuchSnapshot() {
    ContainerOptions nowhere =
        ContainerOptions.of("none", "overlayfs", "sha256:nowhere", RuntimeSpec.of("/bin/sh"));
    assertThat(catchThrowableOfType(ContainerdException.class, () -> client.run(nowhere)).code())
        .isEqualTo(Code.NOT_FOUND);
  }

  @Test
  void killsTheContainerWhenItsThreadIsInterrupted() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    OutputStream signal =
        new OutputStream() {
          @Override
          public void write(int b) {
            running.countDown();
          }
        };
    RuntimeSpec forever = RuntimeSpec.of("/bin/sh", "-c", "echo running; sleep 1000");
    FutureTask<ExitStatus> run =
        new FutureTask<>(() -> client.run(options(forever).withOutput(signal, err)));
    Thread thread = Thread.startVirtualThread(run);
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    thread.interrupt();
    assertThatThrownBy(() -> run.get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void saysThatTheOutputCouldNotBePassedOn() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space");
          }
        };
    RuntimeSpec spec = RuntimeSpec.of("/bin/seq", "1", "100000");
    assertThatThrownBy(() -> client.run(options(spec).withOutput(full, err)))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("no space");
  }

  @Test
  void runsAnImageAsItSaysAndAsTheOptionsSayInstead() throws Exception {
    OciLayout layout = OciLayout.create(directory.resolve("says"));
    OciImage image =
        layout.image(
            OciLayout.Format.OCI,
            OciLayout.HERE,
            List.of(Layer.gzip(busybox())),
            Map.of(
                "Entrypoint", List.of("/bin/sh", "-c"),
                "Cmd", List.of("pwd; echo $COLOUR $SIZE; hostname > /dev/null"),
                "Env", List.of("COLOUR=red", "SIZE=1"),
                "WorkingDir", "/tmp"));
    layout.tag("latest", image.manifest());
    layout.importInto(daemon, "says");

    assertThat(client.run(image("says"), RunOptions.builder().output(out, err).build()).code())
        .isZero();
    assertThat(text(out).lines()).containsExactly("/tmp", "red 1");
    out.reset();
    RunOptions other =
        RunOptions.builder()
            .args("pwd; echo $COLOUR $SIZE; echo ${PATH:+path}; exit 3")
            .env("COLOUR=blue")
            .workingDir("/run")
            .output(out, err)
            .build();
    assertThat(client.run(image("says"), other).code()).isEqualTo(3);
    assertThat(text(out).lines()).containsExactly("/run", "blue 1", "path");
  }

  /** As by ctr: nothing is there that could run. */
  @Test
  void runsAnImageWithoutLayersOnAnEmptyRootFileSystem() throws Exception {
    OciLayout layout = OciLayout.create(directory.resolve("scratch"));
    layout.tag("latest", layout.image(OciLayout.Format.OCI, OciLayout.HERE, List.of()).manifest());
    layout.importInto(daemon, "scratch");
    assertThatThrownBy(() -> daemon.ctr("run", "--rm", "scratch:latest", "by-ctr"))
        .hasMessageContaining("/bin/sh")
        .hasMessageContaining("no such file or directory");
    assertThatThrownBy(() -> client.run(image("scratch"), RunOptions.builder().build()))
        .isInstanceOf(ContainerdException.class)
        .hasMessageContaining("/bin/sh")
        .hasMessageContaining("no such file or directory");
  }

  @Test
  void saysThatAnImageIsNotUnpackedWhereItIsToRun() {
    assertThatThrownBy(
            () -> client.run(image("busybox"), RunOptions.builder().snapshotter("native").build()))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("busybox:latest is not unpacked in the snapshotter native");
  }

  @Test
  void takesTheSnapshotterThatTheNamespacesLabelNames() throws Exception {
    daemon.ctr("namespaces", "create", "labelled", "containerd.io/defaults/snapshotter=native");
    Path archive = daemon.directory().resolve("labelled.tar");
    daemon.export(archive, "busybox:latest");
    daemon.importAndUnpack("labelled", "native", archive);
    Files.delete(archive);
    try (ContainerdClient labelled =
        ContainerdClient.builder().address(daemon.socket()).namespace("labelled").build()) {
      Image image = labelled.images().get("busybox:latest").orElseThrow();
      RunOptions options =
          RunOptions.builder().args("/bin/sh", "-c", "echo native").output(out, err).build();
      assertThat(labelled.run(image, options).code()).isZero();
      assertThat(text(out)).isEqualTo("native\n");
      assertThatThrownBy(
              () -> labelled.run(image, options.toBuilder().snapshotter("overlayfs").build()))
          .hasMessageContaining("is not unpacked in the snapshotter overlayfs");
    }
  }

  @Test
  void takesTheOnlyPlatformThatIsThereUnlessAnotherWasAskedFor() throws Exception {
    OciLayout layout = OciLayout.create(directory.resolve("platforms"));
    Platform other = Platform.parse("linux/s390x");
    List<Descriptor> manifests = new ArrayList<>();
    manifests.add(
        layout
            .image(OciLayout.Format.OCI, OciLayout.HERE, List.of(Layer.gzip(busybox())))
            .manifest());
    // For the other by what it says; its program is this machine's, so that it can run.
    OciImage image = layout.image(OciLayout.Format.OCI, other, List.of(Layer.gzip(busybox())));
    manifests.add(image.manifest());
    layout.tag("latest", layout.index(OciLayout.Format.OCI, manifests));
    layout.importAllPlatformsInto(daemon, "platforms");
    RunOptions echo =
        RunOptions.builder().args("/bin/sh", "-c", "echo ran").output(out, err).build();
    daemon.ctr("content", "rm", manifests.getFirst().digest().toString());

    assertThat(client.run(image("platforms"), echo).code()).isZero();
    assertThat(client.run(image("platforms"), echo.toBuilder().platform(other).build()).code())
        .isZero();
    assertThat(text(out)).isEqualTo("ran\nran\n");
    assertThatThrownBy(
            () -> client.run(image("platforms"), echo.toBuilder().platform(OciLayout.HERE).build()))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("has no image for " + OciLayout.HERE)
        .hasMessageContaining("it has linux/s390x there");
  }

  private Image image(String name) throws InterruptedException {
    return client.images().get(name + ":latest").orElseThrow();
  }

  @Test
  void runsSeveralAtATime() throws Exception {
    List<FutureTask<ExitStatus>> runs = new ArrayList<>();
    List<ByteArrayOutputStream> outputs = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      outputs.add(output);
      RuntimeSpec spec = RuntimeSpec.of("/bin/sh", "-c", "echo I am " + i + "; exit " + i);
      FutureTask<ExitStatus> run =
          new FutureTask<>(() -> client.run(options(spec).withOutput(output, output)));
      runs.add(run);
      Thread.startVirtualThread(run);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(runs.get(i).get(60, TimeUnit.SECONDS).code()).isEqualTo(i);
      assertThat(text(outputs.get(i))).isEqualTo("I am " + i + "\n");
    }
  }

  @Test
  void saysWhatAJvmThatRefusesNativeAccessLacks(Containerd containerd) {
    String said =
        Command.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "--illegal-native-access=deny",
                "-cp",
                System.getProperty("java.class.path"),
                Runner.class.getName(),
                containerd.socket().toString(),
                parent));
    assertThat(said)
        .contains("can't be written")
        .contains("no FIFO can be made: this JVM refuses native access: start it with");
  }

  /** A program that runs a container, and prints why it can't. */
  static final class Runner {
    private Runner() {}

    /**
     * Runs it.
     *
     * @param args the daemon's socket, and the container's snapshot
     */
    public static void main(String[] args) throws InterruptedException {
      RuntimeSpec spec = RuntimeSpec.of("/bin/busybox", "true");
      try (ContainerdClient client = ContainerdClient.builder().address(args[0]).build()) {
        var _ = client.run(ContainerOptions.of("busybox:latest", "overlayfs", args[1], spec));
      } catch (UncheckedIOException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
