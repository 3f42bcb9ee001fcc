package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.image.OciLayout;
import io.github.ecrcontainerd.it.support.AwsCli;
import io.github.ecrcontainerd.it.support.DebianPrograms;
import io.github.ecrcontainerd.local.Counters;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A registry that throttles, and whose layers' host asks to go slower. */
class QuotasIT {
  private static final int CALLS = 100;

  private final LocalEcr ecr = LocalEcr.open();

  @AfterEach
  void close() {
    ecr.close();
  }

  /** Two resolvers in one process, each with ten callers at a time. */
  @Test
  void aHundredLayersAtTenCallsASecondAllArriveWithFewThrottledCalls() throws Exception {
    OciLayout layout = ecr.repository("many");
    List<Descriptor> layers = new ArrayList<>();
    for (int layer = 0; layer < CALLS; layer++) {
      layers.add(NoiseImage.layer(layout, layer, 1_000));
    }
    ecr.server().conditions().requestRate(Operation.GET_DOWNLOAD_URL_FOR_LAYER, 10);

    try (EcrResolver one = ecr.resolver().build();
        EcrResolver other = ecr.resolver().build();
        ExecutorService threads = Executors.newFixedThreadPool(20)) {
      List<Future<byte[]>> read = new ArrayList<>();
      for (int layer = 0; layer < CALLS; layer++) {
        EcrResolver resolver = layer % 2 == 0 ? one : other;
        Descriptor content = layers.get(layer);
        read.add(threads.submit(() -> read(resolver, "many", content)));
      }
      for (int layer = 0; layer < CALLS; layer++) {
        assertThat(read.get(layer).get()).isEqualTo(NoiseImage.noise(layer, 1_000));
      }
    }

    Counters counters = ecr.server().counters();
    assertThat(counters.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isBetween(1L, 60L);
    assertThat(counters.requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER))
        .isEqualTo(CALLS + counters.throttled(Operation.GET_DOWNLOAD_URL_FOR_LAYER));
  }

  /** The AWS CLI, without retries, gets from the same rate what Amazon ECR answers. */
  @Test
  void theAwsCliIsThrottledByTheSameRate() {
    NoiseImage.tag(
        ecr.repository("app"), "1", List.of(NoiseImage.layer(ecr.existing("app"), 1, 1_000)));
    ecr.server().conditions().requestRate(Operation.BATCH_GET_IMAGE, 0.001);
    AwsCli aws = AwsCli.withCredentials(Map.of("AWS_MAX_ATTEMPTS", "1"));
    List<String> endpoint = List.of("--endpoint-url", ecr.server().endpoint().toString());
    String[] call = {"batch-get-image", "--repository-name", "app", "--image-ids", "imageTag=1"};

    assertThat(aws.ecr(endpoint, call)).contains("imageManifest");

    assertThat(aws.refusedBy(endpoint, call))
        .contains("(ThrottlingException) when calling the BatchGetImage operation");
    assertThat(ecr.server().counters().throttled(Operation.BATCH_GET_IMAGE)).isEqualTo(1);
  }

  @Test
  void aRangeThatIsToldWhenToComeAgainComesNoEarlier() throws Exception {
    Descriptor layer = NoiseImage.layer(ecr.repository("slow"), 5, 1_000);
    AtomicInteger requests = new AtomicInteger();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() == 1
                    ? LayerFault.slowDown(Duration.ofSeconds(3))
                    : LayerFault.none());
    long began = System.nanoTime();

    try (EcrResolver resolver = ecr.resolver().build()) {
      assertThat(read(resolver, "slow", layer)).isEqualTo(NoiseImage.noise(5, 1_000));
    }

    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(3));
    assertThat(requests).hasValue(2);
  }

  /**
   * One connection, which a range holds while it waits as long as its server asked. The reader of
   * that layer is closed meanwhile.
   */
  @Test
  void aClosedReaderGivesItsConnectionToTheNextLayerAtOnce() throws Exception {
    Descriptor slow = NoiseImage.layer(ecr.repository("slow"), 6, 1_000);
    Descriptor next = NoiseImage.layer(ecr.existing("slow"), 7, 1_000);
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                request.digest().equals(slow.digest())
                    ? LayerFault.slowDown(Duration.ofSeconds(15))
                    : LayerFault.none());
    CountDownLatch pausing = new CountDownLatch(1);
    TransferListener listener =
        new TransferListener() {
          @Override
          public void retrying(Descriptor content, String reason, Duration pause) {
            pausing.countDown();
          }
        };

    try (EcrResolver resolver =
        ecr.resolver().maxDownloadConnections(1).listener(listener).build()) {
      BlobReader abandoned = resolver.fetcher(ecr.reference("slow", "1")).fetch(slow);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?> reading = threads.submit(abandoned::read);
        pausing.await();
        long began = System.nanoTime();

        abandoned.close();

        assertThat(read(resolver, "slow", next)).isEqualTo(NoiseImage.noise(7, 1_000));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        assertThatThrownBy(reading::get).hasCauseInstanceOf(CancellationException.class);
      }
    }
  }

  /**
   * ECR's host asks one layer to go slower, which limits it to one request, and then that request
   * stalls. The other layer comes from a mirror, which is another host.
   */
  @Test
  void aMirrorIsNotLimitedBecauseTheHostOfEcrAsksToGoSlower() throws Exception {
    OciLayout layout = ecr.repository("both");
    Descriptor near = NoiseImage.layer(layout, 8, 1_000);
    NoiseImage.tag(layout, "latest", List.of(near));
    Descriptor far = NoiseImage.layer(layout, 9, 1_000);
    CountDownLatch stalled = new CountDownLatch(1);
    AtomicInteger requests = new AtomicInteger();
    ecr.server()
        .conditions()
        .layerFaults(
            request -> {
              int number = requests.incrementAndGet();
              if (number == 1) {
                return LayerFault.slowDown();
              }
              stalled.countDown();
              return number == 2 ? LayerFault.stallAfter(0) : LayerFault.none();
            });
    AtomicInteger failures = new AtomicInteger();
    TransferListener listener =
        new TransferListener() {
          @Override
          public void retrying(Descriptor content, String reason, Duration pause) {
            failures.incrementAndGet();
          }
        };

    try (DockerRegistry mirror =
            new DockerRegistry(DebianPrograms.imageTools().resolve("docker-registry").toString());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      mirror.fill(ecr.repositoryPath("both"), "both");
      try (EcrResolver resolver =
          ecr.resolver()
              .mirror(URI.create("http://127.0.0.1:" + mirror.port()))
              .listener(listener)
              .build()) {
        Future<byte[]> fromEcr = threads.submit(() -> read(resolver, "both", far));
        stalled.await();

        assertThat(read(resolver, "both", near)).isEqualTo(NoiseImage.noise(8, 1_000));

        assertThat(failures).as("only the first request has ended").hasValue(1);
        assertThat(fromEcr.get()).isEqualTo(NoiseImage.noise(9, 1_000));
      }
    }
    assertThat(ecr.server().counters().layerBytes(near.digest())).isZero();
  }

  private byte[] read(EcrResolver resolver, String repository, Descriptor layer) throws Exception {
    try (InputStream bytes =
        resolver.fetcher(ecr.reference(repository, "1")).fetch(layer).asInputStream()) {
      return bytes.readAllBytes();
    }
  }
}
