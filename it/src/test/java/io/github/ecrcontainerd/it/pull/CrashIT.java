package io.github.ecrcontainerd.it.pull;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.content.Ingest;
import io.github.ecrcontainerd.containerd.content.IngestStatus;
import io.github.ecrcontainerd.containerd.lease.Lease;
import io.github.ecrcontainerd.containerd.lease.Leases;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.registry.LayerPull;
import io.github.ecrcontainerd.it.registry.Place;
import io.github.ecrcontainerd.it.registry.Served;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a process that was killed has brought, the next one doesn't ask for. */
@WithContainerd
@Timeout(90)
class CrashIT {
  private static final int SIZE = (24 << 20) + 12_345;

  /** Bytes that have come and are not in the ingest yet: a range, and what is unanswered. */
  private static final long ON_THEIR_WAY = 12 << 20;

  /** A server that is silent for that long is asked again. */
  private static final Duration UNTIL_ASKED_AGAIN = Duration.ofSeconds(8);

  private static final int SIGKILL = 128 + 9;

  private final Containerd daemon;

  CrashIT(Containerd daemon) {
    this.daemon = daemon;
  }

  static Stream<Arguments> everyPlace() {
    return Stream.of(Place.values())
        .flatMap(place -> Stream.of(1, 4, 16).map(some -> Arguments.of(place, some)));
  }

  @ParameterizedTest(name = "killed at the {0}, parallelism {1}")
  @MethodSource("everyPlace")
  void thePullAfterAKillGoesOnWhereTheIngestIs(
      Place place, int parallelism, @TempDir Path directory) throws Exception {
    long reached = place.in(SIZE);
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      CountDownLatch stalled = new CountDownLatch(1);
      pull.faults(request -> stallAt(reached, request, stalled));
      String[] command = command(pull, parallelism);
      Process killed =
          EcrCommand.withCredentials()
              .start(directory.resolve("out"), directory.resolve("err"), command);
      try {
        assertThat(stalled.await(60, TimeUnit.SECONDS)).isTrue();
        awaitIngest(pull, killed, reached - ON_THEIR_WAY);
      } finally {
        killed.destroyForcibly();
      }
      assertThat(killed.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(killed.exitValue()).isEqualTo(SIGKILL);
      List<Lease> left = pull.containerd().leases().list();
      long offset = offsetOf(pull);
      assertThat(offset).as("what is left to be resumed").isLessThanOrEqualTo(reached);
      pull.mend();

      EcrCommand.Ended next = EcrCommand.withCredentials().run(command);

      assertThat(next.status()).as(next.err()).isZero();
      pull.assertStored();
      pull.assertNoIngest();
      Served served = pull.served();
      assertThat(served.firstByte()).isEqualTo(offset);
      served.assertNothingTwiceButTheRestOf(offset, Set.of());
      // The lease of the process that was killed is given back by the next; else it ends by itself.
      assertThat(pull.containerd().leases().list()).isEmpty();
      assertThat(left).hasSize(1);
      assertThat(Instant.parse(left.getFirst().labels().get(Leases.EXPIRE)))
          .isBefore(Instant.now().plus(Duration.ofHours(24)));
    }
  }

  /**
   * As over a link so slow that no range is ever whole: what came in order is there before a range
   * that stalls is given up and asked for again.
   */
  @Test
  void whatCameOfARangeIsThereAfterAKillAlsoIfNoRangeIsEverWhole(@TempDir Path directory)
      throws Exception {
    int some = 50_000;
    try (LayerPull pull = new LayerPull(daemon, SIZE)) {
      String[] command = command(pull, 4);
      long offset = 0;
      for (int kill = 0; kill < 4; kill++) {
        CountDownLatch asked = new CountDownLatch(1);
        pull.faults(
            request -> {
              asked.countDown();
              return LayerFault.stallAfter(some);
            });
        Process killed =
            EcrCommand.withCredentials()
                .start(directory.resolve("out"), directory.resolve("err"), command);
        try {
          assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
          long began = System.nanoTime();
          awaitIngest(pull, killed, offset + some);
          assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(UNTIL_ASKED_AGAIN);
        } finally {
          killed.destroyForcibly();
        }
        assertThat(killed.waitFor(10, TimeUnit.SECONDS)).isTrue();
        long reached = offsetOf(pull);
        assertThat(reached).isGreaterThanOrEqualTo(offset + some);
        offset = reached;
      }
      pull.mend();

      EcrCommand.Ended last = EcrCommand.withCredentials().run(command);

      assertThat(last.status()).as(last.err()).isZero();
      pull.assertStored();
      Served served = pull.served();
      assertThat(served.firstByte()).isEqualTo(offset);
      served.assertNothingTwiceButTheRestOf(offset, Set.of());
    }
  }

  private String[] command(LayerPull pull, int parallelism) {
    return new String[] {
      "pull",
      pull.reference(),
      "--no-unpack",
      "--parallelism=" + parallelism,
      "--address=" + daemon.socket(),
      "--namespace=" + pull.namespace(),
      "--endpoint-url=" + pull.endpoint()
    };
  }

  /** All bytes in front of one come, and then nothing does, whoever asks. */
  private static LayerFault stallAt(long position, LayerRequest request, CountDownLatch stalled) {
    ByteRange range = request.range();
    if (range.end() <= position) {
      return LayerFault.none();
    }
    if (range.first() <= position) {
      stalled.countDown();
    }
    return LayerFault.stallAfter(Math.max(0, position - range.first()));
  }

  /** Waits until the daemon has what can have got there. It tells nobody, so it has to be asked. */
  private static void awaitIngest(LayerPull pull, Process pulling, long atLeast)
      throws InterruptedException {
    while (atLeast > 0
        && pull.containerd().content().status(pull.ingest()).map(IngestStatus::offset).orElse(0L)
            < atLeast) {
      assertThat(pulling.isAlive()).as("the pull goes on").isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** How far the ingest is, once its writer's end has got around: until then it is locked. */
  private static long offsetOf(LayerPull pull) throws InterruptedException {
    try (Ingest ingest =
        pull.containerd()
            .content()
            .ingest(pull.ingest(), pull.layer().digest(), pull.layer().size())
            .orElseThrow()) {
      return ingest.offset();
    }
  }
}
