package io.github.ecrcontainerd.it.registry;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.daemon.Containerd;
import io.github.ecrcontainerd.it.daemon.StoredContent;
import io.github.ecrcontainerd.it.daemon.WithOneContainerd;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.Fetcher;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All parallel downloads of one resolver share its connections and its memory. */
@WithOneContainerd
@ExtendWith(PrivateEcr.class)
@Timeout(60)
class SharedResolverIT {
  /** How many layers a pull opens at the same time, and therefore in any order. */
  private static final int OPENED_TOGETHER = 4;

  private final Containerd daemon;
  private final LocalEcr ecr;
  private final ContainerdClient containerd;

  SharedResolverIT(Containerd daemon, LocalEcr ecr) {
    this.daemon = daemon;
    this.ecr = ecr;
    this.containerd = ContainerdClient.builder().address(daemon.socket()).build();
  }

  /** Also waits for connections of an earlier resolver, whose end the server may notice late. */
  @BeforeEach
  void forgetEarlierRequests() {
    while (ecr.server().counters().openLayerConnections() > 0) {
      Thread.onSpinWait();
    }
    ecr.server().counters().reset();
  }

  @AfterEach
  void leavesNoLeaseAndNoIngest() {
    ecr.server().conditions().unlimitedBandwidth();
    containerd.close();
    assertThat(daemon.heldLeases()).isEmpty();
    assertThat(daemon.ctr("content", "active").lines().skip(1)).isEmpty();
    StoredContent.checkBytes(daemon);
  }

  /** Four images that share all layers but one; each is pulled twice. */
  @Test
  void eightPullsAtATimeFetchEveryLayerOnceOnFewConnections() throws Exception {
    OciLayout layout = ecr.repository("eight");
    Descriptor first = NoiseImage.layer(layout, 1, 5 << 20);
    Descriptor last = NoiseImage.layer(layout, 2, 3 << 20);
    List<Descriptor> layers = new ArrayList<>(List.of(first, last));
    for (int i = 0; i < 4; i++) {
      Descriptor own = NoiseImage.layer(layout, 3 + i, 4 << 20);
      layers.add(own);
      NoiseImage.tag(layout, "t" + i, List.of(first, own, last));
    }
    try (EcrResolver resolver =
        ecr.resolver().maxDownloadConnections(6).layerDownloadParallelism(4).build()) {
      List<Callable<Image>> pulls =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      (Callable<Image>)
                          () ->
                              containerd.pull(
                                  ecr.reference("eight", "t" + i % 4), resolver, options()))
              .toList();
      all(pulls);
    }

    for (int i = 0; i < 4; i++) {
      assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("eight", "t" + i)))
          .contains("complete (4/4)");
    }
    List<LayerTransfer> transfers = ecr.server().counters().layerTransfers();
    // A hedge's loser may close its connection only after the next one was made.
    long givenUp =
        transfers.stream().filter(each -> each.bytesSent() < each.range().length()).count();
    assertThat(ecr.server().counters().mostLayerConnections())
        .as("connections at a time, of %s", transfers)
        .isLessThanOrEqualTo(6 + (int) givenUp);
    Map<Digest, Long> asked = new LinkedHashMap<>();
    for (LayerTransfer transfer : transfers) {
      asked.merge(transfer.digest(), transfer.range().length(), Long::sum);
    }
    for (Descriptor layer : layers) {
      // A late range may be requested a second time.
      assertThat(asked.get(layer.digest()))
          .as("bytes asked for of %s", layer)
          .isBetween(layer.size(), layer.size() * 2 - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 16})
  void aReaderThatIsNotReadStopsNobody(int parallelism) throws Exception {
    String repository = "slow-" + parallelism;
    OciLayout layout = ecr.repository(repository);
    Descriptor idle = NoiseImage.layer(layout, 10 + parallelism, 64 << 20);
    List<Descriptor> layers =
        IntStream.range(0, 6)
            .mapToObj(i -> NoiseImage.layer(layout, 100 * parallelism + i, 10 << 20))
            .toList();
    try (EcrResolver resolver = ecr.resolver().layerDownloadParallelism(parallelism).build()) {
      Fetcher fetcher = resolver.fetcher(ecr.reference(repository, "x"));
      MessageDigest hash = idle.digest().algorithm().newHash();
      try (BlobReader reader = fetcher.fetch(idle)) {
        hash.update(reader.read());

        all(
            layers.stream()
                .map(layer -> (Callable<Digest>) () -> digestOf(fetcher, layer))
                .toList());

        // The bytes that were not read yet are still intact.
        for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
          hash.update(bytes);
        }
      }
      assertThat(Digest.of(Digest.Algorithm.SHA256, hash)).isEqualTo(idle.digest());
    }
  }

  /** There would be no room for more bytes. */
  @Test
  void aRingThatIsFullAsksForNothingWhenItsConnectionBreaks() throws Exception {
    OciLayout layout = ecr.repository("ring");
    Descriptor layer = NoiseImage.layer(layout, 4000, 24 << 20);
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch askedAgain = new CountDownLatch(2);
    ecr.server()
        .conditions()
        // A reset discards bytes that were not read yet: so the client has to keep up until then.
        .bandwidthPerConnection(20 << 20)
        .layerFaults(
            request -> {
              asked.countDown();
              askedAgain.countDown();
              return askedAgain.getCount() > 0
                  ? LayerFault.resetAfter((8 << 20) + (256 << 10))
                  : LayerFault.none();
            });
    MessageDigest hash = layer.digest().algorithm().newHash();
    try (EcrResolver resolver = ecr.resolver().layerDownloadParallelism(1).build();
        BlobReader reader = resolver.fetcher(ecr.reference("ring", "x")).fetch(layer)) {
      hash.update(reader.read());
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      ecr.server().counters().awaitIdle(Duration.ofSeconds(10));
      assertThat(askedAgain.await(3, TimeUnit.SECONDS)).as("asked for more").isFalse();

      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        hash.update(bytes);
      }
    } finally {
      ecr.server().conditions().layerFaults(request -> LayerFault.none());
    }
    assertThat(Digest.of(Digest.Algorithm.SHA256, hash)).isEqualTo(layer.digest());
    assertThat(ecr.server().counters().layerTransfers()).hasSize(2);
  }

  @Test
  void manyLayersGetThroughTheSmallestBudget() throws Exception {
    OciLayout layout = ecr.repository("many");
    List<Descriptor> layers =
        IntStream.range(0, 200).mapToObj(i -> NoiseImage.layer(layout, 1000 + i, 100_000)).toList();
    NoiseImage.tag(layout, "latest", layers);

    try (EcrResolver resolver = ecr.resolver().downloadBufferBytes(1 << 20).build()) {
      containerd.pull(ecr.reference("many", "latest"), resolver, options());
    }

    assertThat(daemon.ctr("images", "check", "name==" + ecr.reference("many", "latest")))
        .contains("complete (201/201)");
    assertThat(StoredContent.of(daemon))
        .containsAll(layers.stream().map(Descriptor::digest).toList());
  }

  /**
   * The lowest layer is unpacked first, so it is requested first, and no layer begins before its
   * turn.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void theEarliestLayersComeFirst(int connections) throws Exception {
    String repository = "order-" + connections;
    OciLayout layout = ecr.repository(repository);
    List<Descriptor> layers =
        IntStream.range(0, 8)
            .mapToObj(i -> NoiseImage.layer(layout, 2000 + 10 * connections + i, 5 << 20))
            .toList();
    NoiseImage.tag(layout, "latest", layers);
    ecr.server().conditions().bandwidthPerConnection(60 << 20);

    try (EcrResolver resolver = ecr.resolver().maxDownloadConnections(connections).build()) {
      containerd.pull(ecr.reference(repository, "latest"), resolver, options());
    }

    Map<Digest, Integer> first = new LinkedHashMap<>();
    Map<Digest, Integer> last = new LinkedHashMap<>();
    List<LayerTransfer> transfers = ecr.server().counters().layerTransfers();
    for (int i = 0; i < transfers.size(); i++) {
      first.putIfAbsent(transfers.get(i).digest(), i);
      last.put(transfers.get(i).digest(), i);
    }
    List<Digest> order = first.keySet().stream().toList();
    for (int i = OPENED_TOGETHER; i < order.size(); i++) {
      // The first is the configuration. Layers that are opened together get their URLs in any
      // order, and requests that start together arrive in any order.
      Digest earlier = order.get(i - OPENED_TOGETHER + 1);
      assertThat(last.get(earlier))
          .as("the last request for %s, in %s", earlier, transfers)
          .isLessThan(requireNonNull(first.get(order.get(i))) + connections);
    }
    for (int i = 0; i < layers.size(); i++) {
      assertThat(order.indexOf(layers.get(i).digest()) - 1)
          .as("when layer %d was begun, in %s", i, transfers)
          .isBetween(i - OPENED_TOGETHER + 1, i + OPENED_TOGETHER - 1);
    }
  }

  /** The layers that still wait for their turn must not wait for ever. */
  @ParameterizedTest(name = "layer {0} is not there")
  @ValueSource(ints = {0, 11})
  void aLayerThatIsNotThereEndsAPullOfMany(int missing) throws Exception {
    String repository = "missing-" + missing;
    OciLayout layout = ecr.repository(repository);
    List<Descriptor> layers =
        IntStream.range(0, 20)
            .mapToObj(i -> NoiseImage.layer(layout, 3000 + 100 * missing + i, 64 << 10))
            .toList();
    NoiseImage.tag(layout, "latest", layers);
    Files.delete(layout.file(layers.get(missing).digest()));
    try (EcrResolver resolver = ecr.resolver().build()) {
      assertThatThrownBy(
              () -> containerd.pull(ecr.reference(repository, "latest"), resolver, options()))
          .hasMessageContaining(layers.get(missing).digest().toString());
    }
    // Unfinished ingests are kept for the next pull of this image, but there is none.
    for (String ingest : daemon.ctr("content", "active").lines().skip(1).toList()) {
      containerd.content().abort(ingest.split("\\s+", 2)[0]);
    }
    // Nothing refers to the layers that arrived: collect them now, not while they are checked.
    containerd.leases().deleteAndCollect(containerd.leases().create("", Duration.ofHours(1)).id());
  }

  private static Digest digestOf(Fetcher fetcher, Descriptor layer) throws InterruptedException {
    MessageDigest hash = layer.digest().algorithm().newHash();
    try (BlobReader reader = fetcher.fetch(layer)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        hash.update(bytes);
      }
    }
    Digest digest = Digest.of(layer.digest().algorithm(), hash);
    assertThat(digest).isEqualTo(layer.digest());
    return digest;
  }

  /** Runs all tasks at the same time, and waits for them. */
  private static <T> void all(List<Callable<T>> tasks) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<T> result : threads.invokeAll(tasks)) {
        result.get();
      }
    }
  }

  private static PullOptions options() {
    return PullOptions.builder().unpack(false).build();
  }
}
