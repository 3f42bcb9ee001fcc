package io.github.ecrcontainerd.it.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import io.github.ecrcontainerd.it.registry.NoiseImage;
import io.github.ecrcontainerd.it.registry.PrivateEcr;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.it.support.EcrCommand.Ended;
import io.github.ecrcontainerd.it.support.Signal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ecr pull --jitter}: a random wait before the first call. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class JitterIT {
  /** 23 days: the wait that is chosen is less than a minute once in 33,000 times. */
  private static final String LONG = "2000000";

  private static final Pattern WAITING =
      Pattern.compile("waiting (\\d+\\.\\d) of at most (\\d+) s \\(--jitter\\)");

  private final Containerd daemon;
  private final LocalEcr ecr;

  JitterIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @BeforeEach
  void anImage() {
    OciLayout layout = ecr.repository("app");
    NoiseImage.tag(layout, "latest", List.of(NoiseImage.layer(layout, 1, 1_000)));
    ecr.server().counters().reset();
  }

  @ParameterizedTest
  @CsvSource({"SIGINT", "SIGTERM"})
  void waitsWithoutACallUntilItIsInterrupted(Signal signal, @TempDir Path directory)
      throws Exception {
    Path err = directory.resolve("err");
    Process pull =
        command()
            .heedingSignals()
            .start(directory.resolve("out"), err, "pull", "--jitter=" + LONG, reference());
    try {
      // Its words are in a file, which no event tells of.
      while (!WAITING.matcher(Files.readString(err)).find()) {
        assertThat(pull.isAlive()).as(Files.readString(err)).isTrue();
        Thread.onSpinWait();
      }
      assertThat(pull.waitFor(1, TimeUnit.SECONDS)).isFalse();

      signal.send(pull.pid());

      assertThat(pull.waitFor(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      pull.destroyForcibly();
    }
    assertThat(pull.exitValue()).isEqualTo(signal.exitStatus());
    assertThat(Files.readString(err)).endsWith("ecr: interrupted\n");
    assertThat(ecr.server().counters().requests()).isZero();
  }

  @Test
  void pullsAfterAWaitOfAtMostThatLong() throws Exception {
    long began = System.nanoTime();
    Ended ended = command().with("ECR_JITTER", "3").run("pull", "--no-unpack", reference());
    Duration took = Duration.ofNanos(System.nanoTime() - began);

    assertThat(ended.status()).as(ended.err()).isZero();
    Matcher said = WAITING.matcher(ended.err());
    assertThat(said.find()).as(ended.err()).isTrue();
    assertThat(said.group(2)).isEqualTo("3");
    double wait = Double.parseDouble(said.group(1));
    assertThat(wait).isBetween(0.0, 3.0);
    // What it says is rounded to a tenth of a second.
    assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis((long) (wait * 1e3) - 50));
    assertThat(daemon.ctr("images", "check", "name==" + reference())).contains("complete (2/2)");
  }

  @Test
  void theOptionOverridesTheVariable() throws Exception {
    Ended ended =
        command().with("ECR_JITTER", LONG).run("pull", "--no-unpack", "--jitter=0", reference());

    assertThat(ended.status()).as(ended.err()).isZero();
    assertThat(ended.err()).doesNotContain("waiting");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--jitter=-1   |      | --jitter is at least 0, not -1",
        "--jitter=soon |      | Invalid value for option '--jitter'",
        "--jitter=1.5  |      | Invalid value for option '--jitter'",
        "--quiet       | soon | ECR_JITTER is not a number: soon",
        "--quiet       | -1   | --jitter is at least 0, not -1"
      })
  void whatIsNoTimeIsAnErrorOfUsage(String option, String variable, String complaint)
      throws Exception {
    EcrCommand command = command();
    if (variable != null) {
      command.with("ECR_JITTER", variable);
    }

    Ended ended = command.run("pull", option, reference());

    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains(complaint);
    assertThat(ecr.server().counters().requests()).isZero();
  }

  private EcrCommand command() {
    return EcrCommand.withCredentials()
        .with("AWS_ENDPOINT_URL_ECR", ecr.server().endpoint().toString())
        .with("CONTAINERD_ADDRESS", daemon.socket().toString());
  }

  private String reference() {
    return ecr.reference("app", "latest");
  }
}
