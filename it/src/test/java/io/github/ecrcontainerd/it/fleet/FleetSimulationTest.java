package io.github.ecrcontainerd.it.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.ecr.internal.mirror.MirrorLayer;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirrors;
import io.github.ecrcontainerd.ecr.internal.rate.Quotas;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.MediaTypes;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * A thousand nodes pull one image of 20 layers and 2 GiB at the same time, in virtual time. What
 * decides about calls, pauses and mirrors is the product's own: each node has its own {@link
 * Quotas} and {@link Mirrors}, because it is a process of its own.
 */
@Timeout(120)
class FleetSimulationTest {
  private static final int NODES = 1_000;
  private static final int LAYERS = 20;
  private static final long IMAGE_BYTES = 2L << 30;

  /** How many layers a pull downloads at a time; they share the node's 10 Gbit/s. */
  private static final int AT_A_TIME = 4;

  private static final double BYTES_PER_SECOND = 10e9 / 8 / AT_A_TIME;

  /** A DaemonSet's nodes begin at the same time, but not in the same microsecond. */
  private static final Duration SAME_TIME = Duration.ofMillis(100);

  private static final EcrReference REFERENCE =
      EcrReference.parse("ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:latest");

  /** ThrottlingException, which has no Retry-After. */
  private static final SdkHttpResponse THROTTLING =
      SdkHttpResponse.builder().statusCode(400).build();

  private static final byte[] MANIFEST = "a manifest".getBytes(StandardCharsets.UTF_8);
  private static final Descriptor MANIFEST_DESCRIPTOR =
      Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(MANIFEST), MANIFEST.length);
  private static final Descriptor CONFIG = blob(MediaTypes.OCI_CONFIG, 0, 10_000);
  private static final List<Descriptor> IMAGE =
      IntStream.rangeClosed(1, LAYERS)
          .mapToObj(layer -> blob(MediaTypes.OCI_LAYER, layer, IMAGE_BYTES / LAYERS))
          .toList();

  private static final Path TABLE = Path.of("target", "fleet-simulation.md");

  @BeforeAll
  static void beginTheTable() throws IOException {
    Files.deleteIfExists(TABLE);
  }

  private static Descriptor blob(String type, int number, long size) {
    return Descriptor.of(type, Digest.sha256(new byte[] {(byte) number}), size);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void withoutMirrorsNoneFailsAndTheTimeIsNearThatOfTheQuotas(long seed) throws Exception {
    Fleet fleet = new Fleet(seed, THROTTLING, false);
    fleet.startAll(NODES, SAME_TIME);
    fleet.run();

    fleet.record("no mirror, seed " + seed);
    assertThat(fleet.complete).isEqualTo(NODES);
    // The configuration is a blob, too. An index and its manifest are two calls.
    assertThat(fleet.ecr.accepted(Operation.GET_DOWNLOAD_URL_FOR_LAYER))
        .isEqualTo(NODES * (LAYERS + 1));
    assertThat(fleet.ecr.accepted(Operation.BATCH_GET_IMAGE)).isEqualTo(2 * NODES);
    assertThat(fleet.ecr.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isPositive();
    assertThat(fleet.time.seconds()).isLessThanOrEqualTo(1.5 * fleet.secondsAllowed());
  }

  @Test
  void aGatewayThatNamesATimeIsObeyedAndNoneFails() throws Exception {
    SdkHttpResponse refusal =
        SdkHttpResponse.builder().statusCode(503).putHeader("Retry-After", "2").build();
    Fleet fleet = new Fleet(1, refusal, false);
    fleet.startAll(NODES, SAME_TIME);
    fleet.run();

    fleet.record("no mirror, Retry-After 2 s");
    assertThat(fleet.complete).isEqualTo(NODES);
    assertThat(fleet.ecr.secondsUntilEarliestRepetition()).isGreaterThanOrEqualTo(2);
  }

  /** As {@code --jitter=60}: the quotas are never reached. */
  @Test
  void aMinuteOfJitterIsEnoughForNoThrottledCall() throws Exception {
    Fleet fleet = new Fleet(1, THROTTLING, false);
    fleet.startAll(NODES, Duration.ofSeconds(60));
    fleet.run();

    fleet.record("no mirror, --jitter=60");
    assertThat(fleet.complete).isEqualTo(NODES);
    assertThat(fleet.ecr.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isZero();
    assertThat(fleet.ecr.throttled(Operation.BATCH_GET_IMAGE)).isZero();
    assertThat(fleet.time.seconds()).isLessThan(60 + 2 * secondsOfOneNode());
  }

  /** Three nodes pull first, and all others when these have the image. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void withAMirrorThatFillsFromTheFirstPullsEcrServesThreeCopies(long seed) throws Exception {
    Fleet fleet = new Fleet(seed, THROTTLING, true);
    fleet.startAll(3, SAME_TIME);
    fleet.whenComplete(3, () -> fleet.startAll(NODES - 3, SAME_TIME));
    fleet.run();

    fleet.record("a mirror of the first three, seed " + seed);
    assertThat(fleet.complete).isEqualTo(NODES);
    assertThat(fleet.ecr.copies().values()).hasSize(LAYERS + 1).allMatch(copies -> copies <= 3);
    assertThat(fleet.mirror.served()).hasSize(LAYERS + 1);
    assertThat(fleet.ecr.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isZero();
  }

  /** Without first pulls that are complete, the first nodes find nothing at the mirror. */
  @Test
  void aMinuteOfJitterFillsTheMirrorWithFewCopies() throws Exception {
    Fleet fleet = new Fleet(1, THROTTLING, true);
    fleet.startAll(NODES, Duration.ofSeconds(60));
    fleet.run();

    fleet.record("a mirror of all nodes, --jitter=60");
    assertThat(fleet.complete).isEqualTo(NODES);
    assertThat(fleet.ecr.copies().values()).allMatch(copies -> copies <= 5);
  }

  @Test
  void nodesThatAllBeginAtOnceFindTheMirrorEmptyAndNoneFails() throws Exception {
    Fleet fleet = new Fleet(1, THROTTLING, true);
    fleet.startAll(NODES, SAME_TIME);
    fleet.run();

    fleet.record("a mirror of all nodes");
    assertThat(fleet.complete).isEqualTo(NODES);
    assertThat(fleet.ecr.accepted(Operation.GET_DOWNLOAD_URL_FOR_LAYER))
        .isLessThan(NODES * (LAYERS + 1));
  }

  @Test
  void theSameSeedHasTheSameResult() throws Exception {
    Fleet one = new Fleet(7, THROTTLING, false);
    Fleet same = new Fleet(7, THROTTLING, false);
    Fleet other = new Fleet(8, THROTTLING, false);
    for (Fleet each : List.of(one, same, other)) {
      each.startAll(NODES, SAME_TIME);
      each.run();
    }

    assertThat(same.result()).isEqualTo(one.result());
    assertThat(other.result()).isNotEqualTo(one.result());
  }

  private static double secondsOfOneNode() throws Exception {
    Fleet alone = new Fleet(1, THROTTLING, false);
    alone.startAll(1, Duration.ofNanos(1));
    alone.run();
    return alone.time.seconds();
  }

  /** All nodes, and what they pull from. */
  private static final class Fleet {
    private final VirtualTime time = new VirtualTime();
    private final Random random;
    private final SimulatedEcr ecr;
    private final SimulatedMirror mirror = new SimulatedMirror(time);
    private final boolean mirrored;
    private int complete;
    private int awaited = Integer.MAX_VALUE;
    private @Nullable Runnable then;

    private Fleet(long seed, SdkHttpResponse refusal, boolean mirrored) {
      this.random = new Random(seed);
      this.ecr = new SimulatedEcr(time, random, refusal);
      this.mirrored = mirrored;
    }

    private void startAll(int nodes, Duration within) {
      for (int node = 0; node < nodes; node++) {
        Node each = new Node(this);
        time.start(random.nextLong(within.toNanos()), each::pull);
      }
    }

    private void whenComplete(int nodes, Runnable next) {
      awaited = nodes;
      then = next;
    }

    private void nodeIsComplete() {
      complete++;
      if (complete == awaited && then != null) {
        then.run();
      }
    }

    private void run() throws InterruptedException {
      time.run();
    }

    /**
     * No fleet can be faster: the quotas let the last call through after that time, and no node is
     * faster than one that is alone.
     */
    private double secondsAllowed() throws Exception {
      return Math.max(ecr.secondsOfQuotas(), secondsOfOneNode());
    }

    private String result() {
      return "%.3f s, %d throttled"
          .formatted(time.seconds(), ecr.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER));
    }

    /** Writes a line of the table of docs/scale.md. */
    private void record(String scenario) throws Exception {
      String line =
          "| %s | %.1f s | %.1f s | %d, %d throttled | %d, %d throttled | %d | %d |%n"
              .formatted(
                  scenario,
                  time.seconds(),
                  secondsAllowed(),
                  ecr.accepted(Operation.BATCH_GET_IMAGE),
                  ecr.throttled(Operation.BATCH_GET_IMAGE),
                  ecr.accepted(Operation.GET_DOWNLOAD_URL_FOR_LAYER),
                  ecr.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER),
                  ecr.copies().values().stream().mapToInt(Integer::intValue).max().orElse(0),
                  mirror.questions());
      write(line);
    }

    private static synchronized void write(String line) throws IOException {
      Files.writeString(TABLE, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }

  /** One node: one process. */
  private static final class Node {
    private final Fleet fleet;
    private final Quotas quotas;
    private final Mirrors mirrors;
    private final Map<Operation, VirtualTime.Turn> turns = new EnumMap<>(Operation.class);
    private final ArrayDeque<Descriptor> layers = new ArrayDeque<>(IMAGE);
    private int downloads = AT_A_TIME;

    private Node(Fleet fleet) {
      this.fleet = fleet;
      this.quotas = new Quotas(fleet.time);
      this.mirrors =
          new Mirrors(
              fleet.mirrored ? List.of(URI.create("http://127.0.0.1:30020")) : List.of(),
              fleet.mirror,
              fleet.time::nanoTime);
    }

    /** The tag is ECR's; then the manifest, the configuration, and four layers at a time. */
    private void pull() throws Exception {
      call(Operation.BATCH_GET_IMAGE);
      if (mirrors.manifest(REFERENCE, MANIFEST_DESCRIPTOR).isEmpty()) {
        call(Operation.BATCH_GET_IMAGE);
      }
      fleet.mirror.has(MANIFEST_DESCRIPTOR, MANIFEST);
      download(CONFIG);
      for (int download = 0; download < AT_A_TIME; download++) {
        fleet.time.start(0, this::downloadLayers);
      }
    }

    private void downloadLayers() throws Exception {
      for (Descriptor next = layers.poll(); next != null; next = layers.poll()) {
        download(next);
      }
      downloads--;
      if (downloads == 0) {
        fleet.nodeIsComplete();
      }
    }

    /** As {@code LayerSource}: the mirror that has it, or else ECR's URL. */
    private void download(Descriptor layer) throws Exception {
      Optional<MirrorLayer> near = mirrors.layer(REFERENCE, layer);
      if (near.isPresent()) {
        fleet.mirror.download(layer, BYTES_PER_SECOND);
      } else {
        call(Operation.GET_DOWNLOAD_URL_FOR_LAYER);
        fleet.ecr.download(layer, BYTES_PER_SECOND);
      }
      fleet.mirror.has(layer);
    }

    private void call(Operation operation) throws Exception {
      fleet.ecr.call(
          operation,
          quotas.of(operation.label(), REFERENCE, Optional.empty()).orElseThrow(),
          turns.computeIfAbsent(operation, _ -> fleet.time.new Turn()));
    }
  }
}
