package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.Signal;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A command that is interrupted while it starts. No daemon makes a difference to that. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class InterruptedStartIT {
  private static final int MOMENTS = 5;
  private static final long LATEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

  private final Containerd daemon;
  private final LocalEcr ecr;

  InterruptedStartIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  /**
   * There is no event to wait for at each moment of a start: the moments are random, from the start
   * of the process on. Before its {@code main} a JVM ends without a word; JDK 25 has some
   * milliseconds amid its own initialization in which it fails instead, with words of its own on
   * standard output and status 1.
   */
  @ParameterizedTest
  @EnumSource(names = {"SIGHUP", "SIGINT", "SIGTERM"})
  void saysThatItWasInterruptedAndNothingElseAtAnyMoment(Signal signal, @TempDir Path directory)
      throws Exception {
    String repository = "moment-" + signal.exitStatus();
    OciLayout layout = ecr.repository(repository);
    Descriptor layer = NoiseImage.layer(layout, signal.exitStatus(), 1 << 20);
    NoiseImage.tag(layout, "latest", List.of(layer));
    Random random = new Random();
    List<String> said = new ArrayList<>();
    for (int i = 0; i < MOMENTS; i++) {
      CountDownLatch stalled = stall(layer);
      long moment = random.nextLong(LATEST_NANOS);
      Path err = directory.resolve("err" + i);
      Process pull =
          EcrCommand.withCredentials()
              .heedingSignals()
              .start(
                  directory.resolve("out" + i),
                  err,
                  "pull",
                  ecr.reference(repository, "latest"),
                  "--address=" + daemon.socket(),
                  "--endpoint-url=" + ecr.server().endpoint());
      Thread.sleep(Duration.ofNanos(moment));
      if (i == MOMENTS - 1) {
        // Certainly after the beginning.
        assertThat(stalled.await(60, TimeUnit.SECONDS)).isTrue();
      }
      signal.send(pull.pid());
      assertThat(pull.waitFor(20, TimeUnit.SECONDS)).isTrue();
      String lines = Files.readString(err);
      String out = Files.readString(directory.resolve("out" + i));
      if (!out.startsWith("Error occurred during initialization of VM")) {
        assertThat(pull.exitValue()).as(lines).isEqualTo(signal.exitStatus());
        assertThat(out).isEmpty();
      }
      assertThat(lines)
          .as("%s after %d ms", signal, TimeUnit.NANOSECONDS.toMillis(moment))
          .doesNotContain("Exception", "Error", "\tat ");
      said.addAll(lines.lines().filter(line -> line.startsWith("ecr: ")).toList());
      assertThat(said)
          .as(lines)
          .hasSizeLessThanOrEqualTo(i + 1)
          .allMatch("ecr: interrupted"::equals);
    }
    assertThat(said).isNotEmpty();
  }

  private CountDownLatch stall(Descriptor layer) {
    CountDownLatch stalled = new CountDownLatch(1);
    ecr.server()
        .conditions()
        .layerFaults(
            request -> {
              if (!request.digest().equals(layer.digest())) {
                return LayerFault.none();
              }
              stalled.countDown();
              return LayerFault.stallAfter(0);
            });
    return stalled;
  }
}
