package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.LayeredImage;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The logs of a pull, as SLF4J's simple binding prints them at the levels that a user sets. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class LogsIT {
  private final Containerd daemon;
  private final LocalEcr ecr;

  LogsIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @AfterEach
  void mend() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    ecr.server().conditions().apiFaults(request -> ApiFault.none());
  }

  /** Pulls an image of its own. */
  private List<String> logOfAPull(String level, int seed) throws Exception {
    String repository = "logged-" + seed;
    OciLayout layout = ecr.repository(repository);
    layout.tag("latest", LayeredImage.write(layout, seed).manifest());
    Ended ended =
        EcrCommand.withCredentials()
            .with(
                "JAVA_TOOL_OPTIONS",
                "-Dorg.slf4j.simpleLogger.log.io.github.ecrcontainerd=" + level)
            .run(
                "pull",
                "--quiet",
                "--address",
                daemon.socket().toString(),
                "--endpoint-url",
                ecr.server().endpoint().toString(),
                ecr.reference(repository, "latest"));
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.err().lines().filter(line -> !line.startsWith("Picked up ")).toList();
  }

  @Test
  void aPullWithoutTroubleLogsNothingAtInfo() throws Exception {
    assertThat(logOfAPull("info", 101)).isEmpty();
  }

  @Test
  void aRetryIsAWarning() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() == 2 ? LayerFault.resetAfter(10) : LayerFault.none());

    assertThat(logOfAPull("warn", 102))
        .singleElement()
        .asString()
        .containsPattern("WARN LayerSource - Retrying sha256:[0-9a-f]{64} in \\d+ ms: ");
  }

  /** The SDK repeats such a call several times by itself. */
  @Test
  void aThrottledCallIsAWarning() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    ecr.server()
        .conditions()
        .apiFaults(
            request ->
                request.operation() == Operation.BATCH_GET_IMAGE && calls.incrementAndGet() <= 8
                    ? ApiFault.throttled()
                    : ApiFault.none());

    assertThat(logOfAPull("warn", 103))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(line)
                    .containsPattern(
                        "WARN EcrApi - Amazon ECR throttled BatchGetImage: retrying in \\d+ ms"));
  }
}
