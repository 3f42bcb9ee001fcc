package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.support.EcrCommand;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many pulls of the same and of overlapping images into one daemon, at the same time. */
@WithContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrentPullsIT {
  private static final int MIB = 1 << 20;
  private static final int AT_A_TIME = 10;

  /** How many small pulls there are, and what chooses them: for a longer run, or the same again. */
  private static final int PULLS = Integer.getInteger("it.pulls", 1000);

  private static final long SEED = Long.getLong("it.seed", 15);

  /** The longest time for all small pulls: without a deadlock they take some 20 s. */
  private static final long SECONDS = 60 + PULLS / 10L;

  private final Containerd daemon;
  private final LocalEcr ecr;

  ConcurrentPullsIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
  }

  @AfterEach
  void leavesNothing() {
    assertThat(daemon.ctr("leases", "ls", "-q")).isBlank();
    assertThat(daemon.ctr("content", "active").lines().skip(1)).isEmpty();
    assertThat(daemon.ctr("images", "check").lines().skip(1))
        .allSatisfy(image -> assertThat(image).contains("complete"));
    // Otherwise the daemon removes content of deleted images while it is read.
    daemon.collectGarbage("default");
    StoredContent.checkBytes(daemon);
  }

  @Test
  void tenProcessesFetchEachByteOnce() throws Exception {
    List<Descriptor> layers = tagImages("processes", 1);
    ecr.server().counters().reset();

    List<EcrCommand.Ended> ended =
        all(
            IntStream.range(0, AT_A_TIME)
                .mapToObj(
                    i ->
                        (Callable<EcrCommand.Ended>)
                            () ->
                                EcrCommand.withCredentials()
                                    .run(
                                        "pull",
                                        ecr.reference("processes", "t" + i % 3),
                                        "--no-unpack",
                                        "--address=" + daemon.socket(),
                                        "--endpoint-url=" + ecr.server().endpoint()))
                .toList(),
            120);

    assertThat(ended).allSatisfy(one -> assertThat(one.status()).as(one.err()).isZero());
    assertPulledOnce("processes", layers);
  }

  @Test
  void tenThreadsWithTheirOwnClientsFetchEachByteOnce() throws Exception {
    List<Descriptor> layers = tagImages("threads", 2);
    ecr.server().counters().reset();

    var _ =
        all(
            IntStream.range(0, AT_A_TIME)
                .mapToObj(i -> (Callable<String>) () -> pullAlone("threads", "t" + i % 3))
                .toList(),
            120);

    assertPulledOnce("threads", layers);
  }

  private String pullAlone(String repository, String tag) throws InterruptedException {
    try (EcrResolver resolver = ecr.resolver().build();
        ContainerdClient client = client()) {
      return client
          .pull(
              ecr.reference(repository, tag), resolver, PullOptions.builder().unpack(false).build())
          .name();
    }
  }

  /** Three images that share two layers; returns all layers. */
  private List<Descriptor> tagImages(String repository, int seed) {
    OciLayout layout = ecr.repository(repository);
    Descriptor first = NoiseImage.layer(layout, 100L * seed, 6 * MIB);
    Descriptor last = NoiseImage.layer(layout, 100L * seed + 1, 3 * MIB);
    List<Descriptor> layers = new ArrayList<>(List.of(first, last));
    for (int i = 0; i < 3; i++) {
      Descriptor own = NoiseImage.layer(layout, 100L * seed + 2 + i, 4 * MIB);
      layers.add(own);
      NoiseImage.tag(layout, "t" + i, List.of(first, own, last));
    }
    return layers;
  }

  private void assertPulledOnce(String repository, List<Descriptor> layers) {
    for (int i = 0; i < 3; i++) {
      assertThat(daemon.ctr("images", "check", "name==" + ecr.reference(repository, "t" + i)))
          .contains("complete (4/4)");
    }
    List<LayerTransfer> transfers = ecr.server().counters().layerTransfers();
    for (Descriptor layer : layers) {
      long asked =
          transfers.stream()
              .filter(transfer -> transfer.digest().equals(layer.digest()))
              .mapToLong(transfer -> transfer.range().length())
              .sum();
      // A range that is late on a busy machine may be requested a second time.
      assertThat(asked)
          .as("bytes asked for of %s in %s", layer, transfers)
          .isBetween(layer.size(), 2 * layer.size() - 1);
    }
  }

  /** Connections, memory and the order of layers are locks of their own: no order may deadlock. */
  @Test
  void aThousandSmallPullsGetThroughTheSmallestBudgets() throws Exception {
    OciLayout layout = ecr.repository("small");
    Random random = new Random(SEED);
    List<Descriptor> layers = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      layers.add(NoiseImage.layer(layout, 5000 + i, 1 + random.nextInt(i % 8 == 0 ? MIB : 40_000)));
    }
    for (int pull = 0; pull < PULLS; pull++) {
      Collections.shuffle(layers, random);
      NoiseImage.tag(layout, "t" + pull, layers.subList(0, 1 + random.nextInt(8)));
    }
    List<Boolean> removed = random.ints(PULLS, 0, 4).mapToObj(drawn -> drawn > 0).toList();

    try (EcrResolver resolver =
            ecr.resolver()
                .layerDownloadParallelism(4)
                .maxDownloadConnections(1)
                .downloadBufferBytes(MIB)
                .build();
        ContainerdClient client = client()) {
      List<Callable<String>> pulls =
          IntStream.range(0, PULLS)
              .mapToObj(
                  pull ->
                      (Callable<String>)
                          () -> {
                            String name =
                                client
                                    .pull(
                                        ecr.reference("small", "t" + pull),
                                        resolver,
                                        PullOptions.builder().unpack(false).build())
                                    .name();
                            // So that layers are collected, also while other pulls need them.
                            if (removed.get(pull)) {
                              client.images().delete(name);
                            }
                            return name;
                          })
              .toList();

      assertThat(all(pulls, SECONDS)).as("seed %d", SEED).doesNotHaveDuplicates().hasSize(PULLS);
    }

    assertThat(daemon.ctr("images", "ls", "-q", "name~=small").lines())
        .hasSize((int) removed.stream().filter(gone -> !gone).count());
  }

  private ContainerdClient client() {
    return ContainerdClient.builder().address(daemon.socket()).build();
  }

  /** Runs the tasks, some at a time, and fails if they have not all ended in time. */
  private static <T> List<T> all(List<Callable<T>> tasks, long seconds) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME)) {
      List<T> results = new ArrayList<>();
      for (Future<T> result : threads.invokeAll(tasks, seconds, TimeUnit.SECONDS)) {
        assertThat(result.isCancelled()).as("late, with seed %d", SEED).isFalse();
        results.add(result.get());
      }
      return results;
    }
  }
}
