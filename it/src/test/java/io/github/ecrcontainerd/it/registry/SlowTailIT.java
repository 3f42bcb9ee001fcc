package io.github.ecrcontainerd.it.registry;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.local.ByteRange;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerFaults;
import io.github.ecrcontainerd.local.LayerRequest;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * If one connection in a hundred is slow or stalls, that costs little time, and few bytes are
 * requested twice. The link is like one to S3: 60 MiB a second for a connection, 15 ms to the first
 * byte. No daemon takes part, because the time of its writes to disk varies.
 */
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class SlowTailIT {
  private static final int MIB = 1 << 20;
  private static final int LAYER_MIB = 512;
  private static final int BANDWIDTH = 60 * MIB;

  /** So few that ranges are small, and the layer has more than a hundred. */
  private static final int BUFFERS = 20 * MIB;

  private static final int ROUNDS = 3;

  /** The fault of the one connection. */
  private enum Tail {
    NONE {
      @Override
      LayerFault fault(ByteRange range) {
        return LayerFault.none();
      }
    },
    STALLED {
      @Override
      LayerFault fault(ByteRange range) {
        return LayerFault.stallAfter(range.length() / 2);
      }
    },
    SLOW {
      @Override
      LayerFault fault(ByteRange range) {
        return LayerFault.slowTo(BANDWIDTH / 50);
      }
    };

    abstract LayerFault fault(ByteRange range);
  }

  private record Run(double seconds, int requests, long bytes, long longest) {}

  private final LocalEcr ecr;

  SlowTailIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @Test
  void oneSlowConnectionInAHundredCostsLittleTimeAndLittleTraffic() throws Exception {
    Descriptor layer = NoiseImage.largeLayer(ecr.repository("tail"), LAYER_MIB);
    ecr.server().conditions().bandwidthPerConnection(BANDWIDTH).layerLatency(Duration.ofMillis(15));
    try (EcrResolver resolver =
        ecr.resolver().layerDownloadParallelism(4).downloadBufferBytes(BUFFERS).build()) {
      Map<Tail, List<Run>> runs = new EnumMap<>(Tail.class);
      for (int round = 0; round < ROUNDS; round++) {
        for (Tail tail : Tail.values()) {
          runs.computeIfAbsent(tail, t -> new ArrayList<>()).add(run(resolver, layer, tail));
        }
      }

      Run without = median(requireNonNull(runs.get(Tail.NONE)));
      for (Tail tail : List.of(Tail.STALLED, Tail.SLOW)) {
        assertThat(median(requireNonNull(runs.get(tail))).seconds())
            .as("seconds, in %s", runs)
            .isLessThan(1.3 * without.seconds());
        for (Run run : requireNonNull(runs.get(tail))) {
          assertThat(run.requests())
              .as("requests, in %s", runs)
              .isLessThanOrEqualTo((int) (without.requests() * 1.05) + 2);
          assertThat(run.bytes())
              .as("bytes, in %s", runs)
              .isLessThanOrEqualTo((long) (layer.size() * 1.05) + run.longest());
        }
      }
    }
  }

  private Run run(EcrResolver resolver, Descriptor layer, Tail tail) throws Exception {
    OneInAHundred rule = new OneInAHundred(tail);
    ecr.server().conditions().layerFaults(rule);
    ecr.server().counters().reset();
    MessageDigest hash = layer.digest().algorithm().newHash();
    long start = System.nanoTime();
    try (BlobReader reader = resolver.fetcher(ecr.reference("tail", "x")).fetch(layer)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        hash.update(bytes);
      }
    }
    long end = System.nanoTime();
    assertThat(Digest.of(layer.digest().algorithm(), hash)).isEqualTo(layer.digest());
    assertThat(rule.asked.get()).as("requests").isGreaterThanOrEqualTo(100);
    ecr.server().counters().awaitIdle(Duration.ofSeconds(10));
    var counters = ecr.server().counters();
    return new Run(
        (end - start) / 1e9,
        counters.layerTransfers().size(),
        counters.layerBytes(),
        counters.layerTransfers().stream()
            .mapToLong(transfer -> transfer.range().length())
            .max()
            .orElse(0));
  }

  private static Run median(List<Run> runs) {
    List<Run> sorted = new ArrayList<>(runs);
    Collections.sort(sorted, (a, b) -> Double.compare(a.seconds(), b.seconds()));
    return sorted.get(sorted.size() / 2);
  }

  private static final class OneInAHundred implements LayerFaults {
    private final Tail tail;
    private final AtomicInteger asked = new AtomicInteger();

    private OneInAHundred(Tail tail) {
      this.tail = tail;
    }

    @Override
    public LayerFault of(LayerRequest request) {
      return asked.incrementAndGet() % 100 == 50 ? tail.fault(request.range()) : LayerFault.none();
    }
  }
}
