package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.Layer;
import io.github.ecrcontainerd.it.image.LayerTar;
import io.github.ecrcontainerd.it.image.OciImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.image.OciLayout.Format;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Signal;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pull that is ended from outside takes back what it began, and keeps what it downloaded. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class InterruptIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  InterruptIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @AfterEach
  void leavesNeitherLeaseNorImage() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    assertThat(daemon.heldLeases()).isEmpty();
    assertThat(daemon.ctr("images", "ls", "-q")).isBlank();
    assertThat(daemon.ctr("snapshots", "ls").lines()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGHUP", "SIGINT", "SIGTERM"})
  void endsTheCommandOnASignalAndLetsTheNextOneGoOn(Signal signal, @TempDir Path directory)
      throws Exception {
    String repository = "signal-" + signal.exitStatus();
    Digest layer = tagImage(repository);
    CountDownLatch stalled = stallBehind(layer, 5_000_000);
    Process pull =
        EcrCommand.withCredentials()
            .heedingSignals()
            .start(directory.resolve("out"), directory.resolve("err"), pull(repository));
    assertThat(stalled.await(30, TimeUnit.SECONDS)).isTrue();
    awaitIngest(layer);

    signal.send(pull.pid());

    assertThat(pull.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(pull.exitValue()).isEqualTo(signal.exitStatus());
    assertThat(Files.readString(directory.resolve("err"))).endsWith("ecr: interrupted\n");
    assertThat(daemon.ctr("content", "active")).contains("layer-" + layer);
  }

  @Test
  void endsTheCommandWhenItsTimeIsOverAndLetsTheNextOneGoOn() throws Exception {
    Digest layer = tagImage("late");
    // Asked again after some time, it gives as many bytes again: far from all.
    CountDownLatch stalled = stallBehind(layer, 2_000_000);
    List<String> line = new ArrayList<>(List.of(pull("late")));
    line.add("--timeout=10");

    EcrCommand.Ended ended = EcrCommand.withCredentials().run(line.toArray(String[]::new));

    assertThat(ended.status()).isEqualTo(1);
    assertThat(ended.err()).endsWith("ecr: it took longer than 10 s (--timeout)\n");
    assertThat(stalled.getCount()).isZero();
    assertThat(daemon.ctr("content", "active")).contains("layer-" + layer);
  }

  private String[] pull(String repository) {
    return new String[] {
      "pull",
      ecr.reference(repository, "latest"),
      "--parallelism=1",
      "--address=" + daemon.socket(),
      "--endpoint-url=" + ecr.server().endpoint()
    };
  }

  @Test
  void endsWithAnInterruptedExceptionWhereItsThreadIsInterrupted() throws Exception {
    Digest layer = tagImage("thread");
    CountDownLatch stalled = stallBehind(layer, 0);
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient containerd = ContainerdClient.builder().address(daemon.socket()).build()) {
      Thread pulling = Thread.currentThread();
      Thread interrupter =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      stalled.await();
                      pulling.interrupt();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      assertThatThrownBy(
              () ->
                  containerd.pull(
                      ecr.reference("thread", "latest"), resolver, PullOptions.defaults()))
          .isInstanceOf(InterruptedException.class);
      assertThat(interrupter.join(Duration.ofSeconds(10))).isTrue();
    }
  }

  /** Waits until the daemon has bytes of the layer: its ingest says so when it is asked. */
  private void awaitIngest(Digest layer) throws InterruptedException {
    try (ContainerdClient containerd =
        ContainerdClient.builder().address(daemon.socket()).build()) {
      while (containerd.content().status("layer-" + layer).isEmpty()) {
        Thread.onSpinWait();
      }
    }
  }

  private CountDownLatch stallBehind(Digest layer, long bytes) {
    CountDownLatch stalled = new CountDownLatch(1);
    ecr.server()
        .conditions()
        .layerFaults(
            request -> {
              if (!request.digest().equals(layer)) {
                return LayerFault.none();
              }
              stalled.countDown();
              return LayerFault.stallAfter(bytes);
            });
    return stalled;
  }

  private Digest tagImage(String repository) {
    byte[] noise = new byte[8_000_000];
    new Random(repository.length()).nextBytes(noise);
    OciLayout layout = ecr.repository(repository);
    OciImage image =
        layout.image(
            Format.OCI,
            OciLayout.HERE,
            List.of(
                Layer.of(Layer.Compression.PLAIN, new LayerTar().file(repository, 0644, noise))));
    layout.tag("latest", image.manifest());
    return image.layers().getFirst().digest();
  }
}
