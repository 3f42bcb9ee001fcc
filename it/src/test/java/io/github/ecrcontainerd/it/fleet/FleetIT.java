package io.github.ecrcontainerd.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.local.Conditions;
import io.github.ecrcontainerd.local.Counters;
import io.github.ecrcontainerd.local.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes of the command, each with its own start and its own idea of the quotas, pull one image
 * of 20 layers from a registry with Amazon ECR's rates, scaled down. The system property {@code
 * it.fleet} says how many there are.
 */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(600)
class FleetIT {
  private static final int PROCESSES = Integer.getInteger("it.fleet", 10);

  /** More would only wait for this machine's processors. */
  private static final int AT_A_TIME = 12;

  private static final int LAYERS = 20;

  /** 3,000 calls of GetDownloadUrlForLayer a second become 15. */
  private static final double SCALE = 1 / 200.0;

  private static final Duration DEADLINE = Duration.ofMinutes(3);

  private final LocalEcr ecr;

  FleetIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @Test
  void allProcessesGetTheirImageThoughTheRegistryThrottlesThem(@TempDir Path output)
      throws Exception {
    OciLayout layout = ecr.repository("app");
    NoiseImage.tag(
        layout,
        "latest",
        IntStream.range(0, LAYERS)
            .mapToObj(layer -> NoiseImage.layer(layout, 900 + layer, 20_000))
            .toList());
    scaleRates(ecr.server().conditions());
    long began = System.nanoTime();

    // Otherwise the second process would find the first one's layers, in the other namespace.
    try (Containerd daemon =
            Containerd.open(
                """
                [plugins."io.containerd.metadata.v1.bolt"]
                content_sharing_policy = "isolated"
                """);
        ExecutorService slots = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<Future<String>> pulls = new ArrayList<>();
      for (int process = 0; process < PROCESSES; process++) {
        String namespace = "fleet-" + process;
        pulls.add(slots.submit(() -> pull(daemon, namespace, output)));
      }
      for (Future<String> pull : pulls) {
        assertThat(pull.get()).isEqualTo("0");
      }
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      for (int process = 0; process < PROCESSES; process++) {
        String namespace = "fleet-" + process;
        assertThat(daemon.ctr("-n", namespace, "images", "check", "name==" + reference()))
            .contains("complete (%d/%<d)".formatted(LAYERS + 1));
        assertThat(daemon.heldLeases("-n", namespace)).isEmpty();
      }
      record(took);
    }
    Counters counters = ecr.server().counters();
    int calls = PROCESSES * (LAYERS + 1);
    long throttled = counters.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER);
    assertThat(counters.requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER) - throttled)
        .isEqualTo(calls);
    assertThat(throttled).as("throttled calls, for %d accepted", calls).isBetween(1L, (long) calls);
  }

  private static void scaleRates(Conditions conditions) {
    conditions.requestRatesOfEcr();
    for (Operation operation : Operation.values()) {
      conditions
          .requestRate(operation)
          .ifPresent(rate -> conditions.requestRate(operation, rate * SCALE));
    }
  }

  /** Returns its exit status, and what it said if that is not 0. */
  private String pull(Containerd daemon, String namespace, Path output) throws Exception {
    Path err = output.resolve(namespace + ".err");
    Process process =
        EcrCommand.withCredentials()
            .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
            .with("CONTAINERD_ADDRESS", daemon.socket().toString())
            .with("CONTAINERD_NAMESPACE", namespace)
            .start(output.resolve(namespace + ".out"), err, "pull", "--no-unpack", reference());
    try {
      if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
        return "still running: " + Files.readString(err);
      }
      return process.exitValue() == 0 ? "0" : process.exitValue() + ": " + Files.readString(err);
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private String reference() {
    return ecr.reference("app", "latest");
  }

  /** Writes what docs/scale.md says. */
  private void record(Duration took) throws Exception {
    Counters counters = ecr.server().counters();
    StringBuilder figures = new StringBuilder();
    figures.append(
        "%d processes, %d at a time: %d s%n".formatted(PROCESSES, AT_A_TIME, took.toSeconds()));
    for (Operation operation :
        List.of(Operation.BATCH_GET_IMAGE, Operation.GET_DOWNLOAD_URL_FOR_LAYER)) {
      figures.append(
          "%s at %.1f a second: %d calls, of which %d were throttled%n"
              .formatted(
                  operation.label(),
                  ecr.server().conditions().requestRate(operation).orElseThrow(),
                  counters.requests(operation),
                  counters.throttled(operation)));
    }
    Files.writeString(Path.of("target", "fleet.txt"), figures);
  }
}
