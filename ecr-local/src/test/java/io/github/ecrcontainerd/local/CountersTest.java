package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.bytes;
import static io.github.ecrcontainerd.local.RunningEcr.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.RandomAccessFile;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class CountersTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  @Test
  void countsCallsByTheirOperation() {
    ecr.pushLayer(bytes(10));
    ecr.pushLayer(bytes(11));

    Counters counters = ecr.counters();
    assertThat(counters.requests(Operation.UPLOAD_LAYER_PART)).isEqualTo(2);
    assertThat(counters.requests(Operation.PUT_IMAGE)).isZero();
    assertThat(counters.requests()).isEqualTo(6);
    assertThat(counters.openApiConnections()).isPositive();

    counters.reset();
    assertThat(counters.requests()).isZero();
  }

  @Test
  void countsLayersByTheirRangesAndBytes() throws Exception {
    Digest first = ecr.pushLayer(bytes(1000));
    Digest second = ecr.pushLayer(bytes(2000));

    get(ecr.urlOf(first), "Range", "bytes=0-99");
    get(ecr.urlOf(first), "Range", "bytes=100-999");
    get(ecr.urlOf(second));

    Counters counters = ecr.counters();
    assertThat(counters.layerBytes(first)).isEqualTo(1000);
    assertThat(counters.layerBytes()).isEqualTo(3000);
    counters.awaitIdle(SOON);
    assertThat(counters.layerTransfers())
        .containsExactly(
            new LayerTransfer(1, first, new ByteRange(0, 100), 206, 100, true),
            new LayerTransfer(2, first, new ByteRange(100, 900), 206, 900, true),
            new LayerTransfer(3, second, new ByteRange(0, 2000), 200, 2000, true));

    counters.reset();
    assertThat(counters.layerTransfers()).isEmpty();
    assertThat(counters.layerBytes(first)).isZero();
  }

  @Test
  void countsRequestsUnderUrlsThatAreNotValid() throws Exception {
    URI url = ecr.urlOf(ecr.pushLayer(bytes(10)));
    URI forged = URI.create(url.toString().replace("X-Amz-Expires=", "X-Amz-Expires=1"));

    get(url);
    assertThat(ecr.counters().refusedLayerRequests()).isZero();
    assertThat(get(forged).statusCode()).isEqualTo(403);
    assertThat(ecr.counters().refusedLayerRequests()).isEqualTo(1);
    assertThat(ecr.counters().layerTransfers()).hasSize(1);

    ecr.counters().reset();
    assertThat(ecr.counters().refusedLayerRequests()).isZero();
  }

  @Test
  void countsOnlyWhatLeftWhereAClientLeavesEarly() throws Exception {
    int size = 64 << 20;
    Digest digest = ecr.pushLayer(bytes(1000));
    try (var file =
        new RandomAccessFile(ecr.layout().resolve("blobs/sha256/" + digest.hex()).toFile(), "rw")) {
      file.setLength(size);
    }
    URI url = ecr.urlOf(digest);

    try (var request = new OpenRequest(url)) {
      assertThat(request.answer().readNBytes(1000)).hasSize(1000);
      assertThatThrownBy(() -> ecr.counters().awaitIdle(Duration.ofMillis(10)))
          .isInstanceOf(TimeoutException.class);
      assertThat(ecr.counters().openLayerConnections()).isEqualTo(1);
    }
    ecr.counters().awaitIdle(SOON);

    assertThat(ecr.counters().layerBytes()).isBetween(1L, size - 1L);
  }
}
