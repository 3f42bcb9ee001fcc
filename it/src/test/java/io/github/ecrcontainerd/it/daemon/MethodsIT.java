package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.ContainerdServices;
import io.github.ecrcontainerd.containerd.container.ContainerOptions;
import io.github.ecrcontainerd.containerd.container.RuntimeSpec;
import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.LeaseResource;
import io.github.ecrcontainerd.containerd.snapshot.Snapshots;
import io.github.ecrcontainerd.containerd.task.ExitStatus;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.support.Command;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The methods of the daemon that the client covers, as the daemon's metrics count them: for each
 * method, the calls that it answered with success. {@code docs/containerd-client.md} has them in a
 * table, with a column for each version.
 */
@WithContainerd
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MethodsIT {
  private static final Path DOCUMENT = Path.of("..", "docs", "containerd-client.md");

  /** {@code grpc_server_handled_total{grpc_code="OK",grpc_method="List",...} 3}. */
  private static final Pattern ANSWERED =
      Pattern.compile(
          "grpc_server_handled_total\\{grpc_code=\"OK\",grpc_method=\"(\\w+)\","
              + "grpc_service=\"containerd\\.services\\.\\w+\\.v1\\.(\\w+)\".*\\} [1-9].*");

  private static final Descriptor TARGET =
      Descriptor.of(MediaTypes.OCI_MANIFEST, new byte[] {'{', '}'});

  @Test
  void theDaemonAnsweredEveryMethodThatTheDocumentNamesAndNoOther() throws Exception {
    String metrics = loopback() + ":1338";
    try (Containerd daemon = Containerd.open("[metrics]\naddress = \"%s\"\n".formatted(metrics));
        ContainerdClient client = ContainerdClient.builder().address(daemon.socket()).build()) {
      String version = client.introspection().version().version();
      askWhoItIs(client);
      inANamespace(client);
      Lease lease = client.leases().create("all", Duration.ofHours(1));
      ContainerdServices leased = client.withLease(lease);
      content(leased);
      images(client);
      String chain = snapshot(leased);
      runAContainer(client, chain);
      client.leases().addResource("all", new LeaseResource("snapshots/overlayfs", chain));
      assertThat(client.leases().resources("all")).isNotEmpty();
      assertThat(client.leases().list()).containsExactly(lease);
      assertThat(leased.snapshots("overlayfs").remove(chain)).isTrue();
      assertThat(client.leases().delete("all")).isTrue();

      assertThat(answered(daemon, metrics)).as(version).isEqualTo(documented(version));
    }
  }

  /** An address in 127.0.0.0/8 that no other process uses, made from the process ID. */
  private static String loopback() {
    long pid = ProcessHandle.current().pid();
    return "127.%d.%d.%d".formatted(1 + (pid >> 16), (pid >> 8) & 0xFF, pid & 0xFF);
  }

  private static void askWhoItIs(ContainerdClient client) throws InterruptedException {
    assertThat(client.introspection().server().uuid()).isNotEmpty();
    assertThat(client.introspection().plugins()).isNotEmpty();
  }

  private static void inANamespace(ContainerdClient client) throws InterruptedException {
    client.namespaces().create("mine", Map.of());
    assertThat(client.namespaces().get("mine")).isPresent();
    assertThat(client.namespaces().delete("mine")).isTrue();
  }

  private static void content(ContainerdServices client) throws InterruptedException {
    try (Ingest ingest = begin(client, "given-up")) {
      ingest.write(ByteBuffer.wrap(new byte[] {'{'}));
    }
    assertThat(client.content().status("given-up")).isPresent();
    assertThat(client.content().statuses()).hasSize(1);
    assertThat(client.content().abort("given-up")).isTrue();
    try (Ingest ingest = begin(client, "committed")) {
      ingest.write(ByteBuffer.wrap(new byte[] {'{', '}'}));
      ingest.commit(Map.of());
    }
    assertThat(client.content().info(TARGET.digest())).isPresent();
    assertThat(client.content().list()).hasSize(1);
    assertThat(client.content().readAll(TARGET.digest(), 2)).hasSize(2);
    assertThat(client.content().updateLabels(TARGET.digest(), Map.of("a", "b")).labels())
        .containsEntry("a", "b");
    assertThat(client.content().delete(TARGET.digest())).isTrue();
  }

  private static Ingest begin(ContainerdServices client, String ref) throws InterruptedException {
    return client.content().ingest(ref, TARGET.digest(), TARGET.size()).orElseThrow();
  }

  private static void images(ContainerdClient client) throws InterruptedException {
    client.images().create("example.com/a:1", TARGET, Map.of());
    client.images().update("example.com/a:1", TARGET, Map.of("a", "b"));
    assertThat(client.images().get("example.com/a:1")).isPresent();
    assertThat(client.images().list()).hasSize(1);
    assertThat(client.images().delete("example.com/a:1")).isTrue();
  }

  /** A snapshot with a shell in it. */
  private static String snapshot(ContainerdServices client) throws Exception {
    LayerTar tar = new LayerTar().directory("bin", 0755);
    tar.file("bin/busybox", 0755, Files.readAllBytes(Path.of("/bin/busybox")));
    for (String directory : List.of("proc", "dev", "sys", "run", "tmp")) {
      tar.directory(directory, 0755);
    }
    Layer layer = Layer.gzip(tar.symlink("bin/sh", "busybox"));
    Descriptor blob = Descriptor.of(MediaTypes.OCI_LAYER_GZIP, layer.bytes());
    try (Ingest ingest =
        client.content().ingest("layer", blob.digest(), blob.size()).orElseThrow()) {
      ingest.write(ByteBuffer.wrap(layer.bytes()));
      ingest.commit(Map.of());
    }
    Snapshots snapshots = client.snapshots("overlayfs");
    client.diff().apply(blob, snapshots.prepare("extract", "", Map.of()));
    assertThat(snapshots.mounts("extract")).isNotEmpty();
    snapshots.commit("chain", "extract", Map.of());
    assertThat(snapshots.stat("chain")).isPresent();
    assertThat(snapshots.usage("chain").size()).isPositive();
    assertThat(snapshots.list()).hasSize(1);
    snapshots.view("seen", "chain", Map.of());
    assertThat(snapshots.remove("seen")).isTrue();
    return "chain";
  }

  private static void runAContainer(ContainerdClient client, String chain) throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    OutputStream output =
        new OutputStream() {
          @Override
          public void write(int b) {
            running.countDown();
          }
        };
    ContainerOptions options =
        ContainerOptions.of(
                "none",
                "overlayfs",
                chain,
                RuntimeSpec.of("/bin/sh", "-c", "echo running; exec /bin/busybox sleep 1000"))
            .withOutput(output, output);
    FutureTask<ExitStatus> run = new FutureTask<>(() -> client.run(options));
    Thread.startVirtualThread(run);
    assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(client.containers().get(options.id())).isPresent();
    assertThat(client.containers().list()).hasSize(1);
    assertThat(client.tasks().get(options.id())).isPresent();
    assertThat(client.tasks().list()).hasSize(1);
    assertThat(client.tasks().kill(options.id(), 9)).isTrue();
    assertThat(run.get(60, TimeUnit.SECONDS).code()).isEqualTo(128 + 9);
  }

  /**
   * The methods in the daemon's metrics: {@code Leases.Create}, and so on. The request runs in the
   * daemon's network, because a container has its own.
   */
  private static Set<String> answered(Containerd daemon, String metrics) {
    String url = "http://" + metrics + "/v1/metrics";
    String pid = Long.toString(daemon.pid());
    String text =
        Command.run(
            List.of("nsenter", "--target", pid, "--net", "busybox", "wget", "-q", "-O", "-", url));
    Set<String> methods = new TreeSet<>();
    Matcher matcher = ANSWERED.matcher(text);
    while (matcher.find()) {
      methods.add(matcher.group(2) + "." + matcher.group(1));
    }
    return methods;
  }

  /** The rows that say "yes" in the version's column; all of them if it has none. */
  private static Set<String> documented(String version) throws Exception {
    Set<String> methods = new TreeSet<>();
    int column = -1;
    for (String line : Files.readAllLines(DOCUMENT)) {
      List<String> cells = cells(line);
      if (line.startsWith("| service |")) {
        for (int i = 3; i < cells.size(); i++) {
          column = version.startsWith(cells.get(i) + ".") ? i : column;
        }
      } else if (cells.size() == 6 && cells.get(0).matches("`\\w+`")) {
        if (column < 0 || cells.get(column).equals("yes")) {
          methods.add((cells.get(0) + "." + cells.get(1)).replace("`", ""));
        }
      }
    }
    return methods;
  }

  /** The cells of a row; empty for any other line. */
  private static List<String> cells(String line) {
    return line.startsWith("|")
        ? Pattern.compile("\\|").splitAsStream(line).skip(1).map(String::strip).toList()
        : List.of();
  }
}
