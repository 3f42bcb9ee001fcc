package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.local.ApiFault;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.Operation;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Digest;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A resolver's listener gets the same events as the registry's counters. */
@ExtendWith(PrivateEcr.class)
@Timeout(120)
class TransferEventsIT {
  private static final int LAYER_BYTES = 4 << 20;

  private final LocalEcr ecr;
  private final List<String> told = Collections.synchronizedList(new ArrayList<>());

  TransferEventsIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @AfterEach
  void mend() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
    ecr.server().conditions().apiFaults(request -> ApiFault.none());
    ecr.server().counters().reset();
  }

  @Test
  void aRetryForEachRequestThatFailed() throws Exception {
    Descriptor layer = NoiseImage.layer(ecr.repository("retried"), 1, LAYER_BYTES);
    AtomicInteger requests = new AtomicInteger();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() <= 2
                    ? LayerFault.resetAfter(100_000)
                    : LayerFault.none());

    read("retried", layer, 1, new Recorder());

    assertThat(told).containsExactly("retrying " + layer.digest(), "retrying " + layer.digest());
    assertThat(requests).hasValue(3);
  }

  @Test
  void aUrlForEachThatWasAskedForAgain() throws Exception {
    Descriptor layer = NoiseImage.layer(ecr.repository("renewed"), 2, LAYER_BYTES);
    AtomicInteger requests = new AtomicInteger();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() == 1 ? LayerFault.expiredUrl() : LayerFault.none());

    read("renewed", layer, 1, new Recorder());

    assertThat(told).containsExactly("retrying " + layer.digest(), "renewed " + layer.digest());
    assertThat(ecr.server().counters().requests(Operation.GET_DOWNLOAD_URL_FOR_LAYER)).isEqualTo(2);
  }

  /** Enough ranges to know the usual time, and to have a budget for a hedge. */
  @Test
  void aHedgeForASilentRequest() throws Exception {
    Descriptor layer = NoiseImage.largeLayer(ecr.repository("hedged"), 512);
    ecr.server().conditions().bandwidthPerConnection(60 << 20);
    AtomicInteger requests = new AtomicInteger();
    ecr.server()
        .conditions()
        .layerFaults(
            request ->
                requests.incrementAndGet() == 50
                    ? LayerFault.stallAfter(request.range().length() / 2)
                    : LayerFault.none());
    try {
      read("hedged", layer, 4, new Recorder());
    } finally {
      ecr.server().conditions().unlimitedBandwidth();
    }

    assertThat(told).contains("hedged " + layer.digest());
  }

  @Test
  void aPauseForACallThatIsThrottled() throws Exception {
    Descriptor layer = NoiseImage.layer(ecr.repository("throttled"), 3, LAYER_BYTES);
    AtomicInteger calls = new AtomicInteger();
    ecr.server()
        .conditions()
        .apiFaults(
            request ->
                request.operation() == Operation.GET_DOWNLOAD_URL_FOR_LAYER
                        && calls.incrementAndGet() <= 8
                    ? ApiFault.throttled()
                    : ApiFault.none());

    read("throttled", layer, 1, new Recorder());

    assertThat(told)
        .isNotEmpty()
        .allMatch(event -> event.equals("throttled GetDownloadUrlForLayer"));
  }

  @Test
  void aPauseForAnUploadPartThatIsThrottled() throws Exception {
    ecr.repository("pushed");
    byte[] content = NoiseImage.noise(5, LAYER_BYTES);
    Descriptor layer = Descriptor.of(MediaTypes.OCI_LAYER, Digest.sha256(content), content.length);
    AtomicInteger parts = new AtomicInteger();
    ecr.server()
        .conditions()
        .apiFaults(
            request ->
                request.operation() == Operation.UPLOAD_LAYER_PART && parts.incrementAndGet() == 1
                    ? ApiFault.throttled()
                    : ApiFault.none());

    try (EcrResolver resolver = ecr.resolver().listener(new Recorder()).build();
        BlobWriter writer = resolver.pusher(ecr.reference("pushed", "x")).write(layer)) {
      writer.write(ByteBuffer.wrap(content));
      writer.commit();
    }

    assertThat(told).containsExactly("throttled UploadLayerPart");
  }

  @Test
  void whatItThrowsEndsTheTransfer() {
    Descriptor layer = NoiseImage.layer(ecr.repository("refused"), 4, LAYER_BYTES);
    ecr.server().conditions().layerFaults(request -> LayerFault.resetAfter(100_000));
    TransferListener impatient =
        new TransferListener() {
          @Override
          public void retrying(Descriptor content, String reason, Duration pause) {
            throw new IllegalStateException("no second try");
          }
        };

    assertThatThrownBy(() -> read("refused", layer, 1, impatient))
        .hasMessageContaining("no second try");
  }

  private void read(String repository, Descriptor layer, int parallelism, TransferListener listener)
      throws InterruptedException {
    try (EcrResolver resolver =
            ecr.resolver()
                .layerDownloadParallelism(parallelism)
                .downloadBufferBytes(20 << 20)
                .listener(listener)
                .build();
        BlobReader reader = resolver.fetcher(ecr.reference(repository, "x")).fetch(layer)) {
      long read = 0;
      for (var bytes = reader.read(); bytes != null; bytes = reader.read()) {
        read += bytes.remaining();
      }
      assertThat(read).isEqualTo(layer.size());
    }
  }

  private final class Recorder implements TransferListener {

    @Override
    public void retrying(Descriptor content, String reason, Duration pause) {
      assertThat(reason).doesNotContain("X-Amz-Signature", "\n");
      told.add("retrying " + content.digest());
    }

    @Override
    public void hedged(Descriptor content) {
      told.add("hedged " + content.digest());
    }

    @Override
    public void urlRenewed(Descriptor content) {
      told.add("renewed " + content.digest());
    }

    @Override
    public void throttled(String operation, Duration pause) {
      told.add("throttled " + operation);
    }
  }
}
