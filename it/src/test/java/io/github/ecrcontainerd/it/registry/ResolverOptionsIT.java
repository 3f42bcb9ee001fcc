package io.github.ecrcontainerd.it.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.local.LayerFault;
import io.github.ecrcontainerd.local.LayerTransfer;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.BlobWriter;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.TransferTracker;
import io.github.ecrcontainerd.resolver.TransferTracker.State;
import io.github.ecrcontainerd.resolver.TransferTracker.Transfer;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;

/** The effect of each option of the resolver, as its ECR sees it. */
@ExtendWith(PrivateEcr.class)
@Timeout(60)
class ResolverOptionsIT {
  private final LocalEcr ecr;

  ResolverOptionsIT(LocalEcr ecr) {
    this.ecr = ecr;
  }

  @BeforeEach
  void forgetEarlierRequests() {
    ecr.server().counters().reset();
  }

  @AfterEach
  void endFaults() {
    ecr.server().conditions().layerFaults(request -> LayerFault.none());
  }

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private Descriptor layer(String repository, byte[] content) {
    return ecr.repository(repository).blob(MediaTypes.OCI_LAYER, content);
  }

  private static byte[] read(BlobReader opened) throws Exception {
    try (BlobReader reader = opened;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        WritableByteChannel channel = Channels.newChannel(all)) {
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        channel.write(bytes);
      }
      return all.toByteArray();
    }
  }

  private byte[] read(EcrResolver resolver, String repository, Descriptor layer, long offset)
      throws Exception {
    return read(resolver.fetcher(ecr.reference(repository, "x")).fetch(layer, offset));
  }

  @ParameterizedTest(name = "parallelism {0}, {1} bytes")
  @CsvSource({
    "0, 1",
    "1, 1",
    "0, 65536",
    "1, 4194304",
    "1, 4194305",
    "0, 30000000",
  })
  void readsALayerByOnePlainRequestWhereRangesAreOff(int parallelism, int size) throws Exception {
    String repository = "plain-" + parallelism + "-" + size;
    byte[] content = noise(size);
    Descriptor layer = layer(repository, content);
    try (EcrResolver resolver = ecr.resolver().layerDownloadParallelism(parallelism).build()) {
      assertThat(read(resolver, repository, layer, 0)).isEqualTo(content);
      assertThat(ecr.server().counters().layerTransfers())
          .singleElement()
          .extracting(LayerTransfer::status)
          .isEqualTo(200);

      int offset = size / 2;
      assertThat(read(resolver, repository, layer, offset))
          .isEqualTo(Arrays.copyOfRange(content, offset, size));
      assertThat(read(resolver, repository, layer, size)).isEmpty();
    }
  }

  @Test
  void readsALargeLayerThroughASmallBuffer() throws Exception {
    byte[] content = noise(40_000_000);
    Descriptor layer = layer("slow", content);
    try (EcrResolver resolver =
            ecr.resolver().layerDownloadParallelism(1).downloadBufferBytes(1 << 20).build();
        BlobReader reader = resolver.fetcher(ecr.reference("slow", "x")).fetch(layer)) {
      int position = 0;
      for (ByteBuffer bytes = reader.read(); bytes != null; bytes = reader.read()) {
        assertThat(bytes).isEqualTo(ByteBuffer.wrap(content, position, bytes.remaining()));
        assertThat(bytes.remaining()).isLessThanOrEqualTo(1 << 20);
        position += bytes.remaining();
      }
      assertThat(position).isEqualTo(content.length);
    }
  }

  @ParameterizedTest(name = "{0} bytes, parallelism {1}: {2} requests")
  @CsvSource({"1048575, 4, 1", "1048577, 4, 2", "4194304, 4, 4", "41943041, 2, 3"})
  void cutsALayerIntoEqualRanges(int size, int parallelism, int requests) throws Exception {
    String repository = "ranges-" + size;
    byte[] content = noise(size);
    Descriptor layer = layer(repository, content);
    try (EcrResolver resolver =
        ecr.resolver()
            .layerDownloadParallelism(parallelism)
            .downloadBufferBytes(100 << 20)
            .build()) {
      assertThat(read(resolver, repository, layer, 0)).isEqualTo(content);
    }
    assertThat(ecr.server().counters().layerTransfers()).hasSize(requests);
  }

  @Test
  void usesAnHttpClientThatItIsGivenAndLeavesItOpen() throws Exception {
    byte[] content = noise(3_000_000);
    Descriptor layer = layer("given", content);
    try (SdkAsyncHttpClient http = AwsCrtAsyncHttpClient.create()) {
      for (int round = 0; round < 2; round++) {
        try (EcrResolver resolver = ecr.resolver().httpClient(http).build()) {
          assertThat(read(resolver, "given", layer, 0)).isEqualTo(content);
        }
      }
    }
  }

  @Test
  void configuresTheSdksClients() throws Exception {
    AtomicInteger made = new AtomicInteger();
    try (EcrResolver resolver =
        ecr.resolver()
            .clientConfiguration(
                client -> {
                  made.incrementAndGet();
                  client.overrideConfiguration(c -> c.putHeader("x-test", "1"));
                })
            .build()) {
      Descriptor layer = layer("configured", noise(10));
      read(resolver, "configured", layer, 0);
      read(resolver, "configured", layer, 0);
    }
    assertThat(made).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void tellsTheStateOfEachFetch(int parallelism) throws Exception {
    TransferTracker tracker = new TransferTracker();
    String repository = "heard-" + parallelism;
    Descriptor layer = layer(repository, noise(2_500_000));
    Descriptor other = ecr.repository(repository + "-2").blob(MediaTypes.OCI_LAYER, noise(77));
    try (EcrResolver resolver =
        ecr.resolver().layerDownloadParallelism(parallelism).listener(tracker).build()) {
      read(resolver, repository, layer, 500_000);
      assertThat(tracker.of(layer.digest()))
          .contains(new Transfer(layer, State.COMPLETED, 500_000, 2_000_000));

      BlobReader reader = resolver.fetcher(ecr.reference(repository + "-2", "x")).fetch(other);
      assertThat(tracker.of(other.digest())).contains(new Transfer(other, State.STARTED, 0, 0));
      reader.close();
      assertThat(tracker.of(other.digest())).contains(new Transfer(other, State.FAILED, 0, 0));

      ecr.server().conditions().layerFaults(request -> LayerFault.serverError());
      assertThatThrownBy(() -> read(resolver, repository, layer, 0))
          .isInstanceOf(ResolverException.class);
      assertThat(tracker.of(layer.digest())).contains(new Transfer(layer, State.FAILED, 0, 0));
    }
  }

  @Test
  void tellsTheStateOfEachPush() throws Exception {
    TransferTracker tracker = new TransferTracker();
    byte[] content = noise(1234);
    Descriptor blob = Descriptor.of(MediaTypes.OCI_LAYER, content);
    ecr.repository("pushed");
    try (EcrResolver resolver = ecr.resolver().listener(tracker).build()) {
      Pusher pusher = resolver.pusher(ecr.reference("pushed", "x"));
      try (BlobWriter writer = pusher.write(blob)) {
        writer.write(ByteBuffer.wrap(content));
        assertThat(tracker.of(blob.digest()))
            .contains(new Transfer(blob, State.STARTED, 0, content.length));
        writer.commit();
      }
      assertThat(tracker.of(blob.digest()))
          .contains(new Transfer(blob, State.COMPLETED, 0, content.length));
    }
  }
}
