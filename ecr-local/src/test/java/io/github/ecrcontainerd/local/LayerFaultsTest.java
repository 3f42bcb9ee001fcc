package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.bytes;
import static io.github.ecrcontainerd.local.RunningEcr.get;
import static io.github.ecrcontainerd.local.RunningEcr.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.ecrcontainerd.resolver.Digest;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayerFaultsTest {
  private static final byte[] LAYER = bytes(300_000);
  private static final Duration SOON = Duration.ofSeconds(10);

  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private URI url = URI.create("http://localhost");

  @BeforeEach
  void pushLayer() {
    url = ecr.urlOf(ecr.pushLayer(LAYER));
  }

  private void everyTime(LayerFault fault) {
    ecr.conditions().layerFaults(request -> fault);
  }

  private void awaitIdle() throws Exception {
    ecr.counters().awaitIdle(SOON);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 150_000, 300_000})
  void endsTheConnectionBehindSoManyBytes(int bytes) throws Exception {
    everyTime(LayerFault.closeAfter(bytes));

    try (var request = new OpenRequest(url)) {
      assertThat(request.body()).isEqualTo(Arrays.copyOf(LAYER, bytes));
    }
    awaitIdle();
    assertThat(ecr.counters().layerBytes()).isEqualTo(bytes);
  }

  @Test
  void resetsTheConnection() throws Exception {
    everyTime(LayerFault.resetAfter(1000));

    try (var request = new OpenRequest(url)) {
      assertThatThrownBy(request::body)
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    awaitIdle();
    assertThat(ecr.counters().layerBytes()).isEqualTo(1000);
  }

  @Test
  void stallsUntilTheClientLeaves() throws Exception {
    everyTime(LayerFault.stallAfter(1000));

    try (var request = new OpenRequest(url)) {
      request.patience(200);
      assertThat(request.answer().readNBytes(1000)).hasSize(1000);
      assertThatThrownBy(request::body).isInstanceOf(SocketTimeoutException.class);
      assertThat(ecr.counters().layerTransfers())
          .extracting(LayerTransfer::ended)
          .containsExactly(false);
    }
    awaitIdle();
    assertThat(ecr.counters().layerBytes()).isEqualTo(1000);
    assertThat(ecr.counters().layerTransfers())
        .extracting(LayerTransfer::ended)
        .containsExactly(true);
  }

  @Test
  void holdsAnAnswerUntilItIsToldToGoOn() throws Exception {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    everyTime(
        LayerFault.holdAfter(
            1000,
            () -> {
              reached.complete(null);
              return goOn;
            }));

    FutureTask<byte[]> answer = new FutureTask<>(() -> get(url).body());
    Thread.startVirtualThread(answer);
    reached.get(10, TimeUnit.SECONDS);

    assertThat(ecr.counters().layerBytes()).isEqualTo(1000);
    assertThat(answer).isNotDone();
    goOn.complete(null);
    assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(LAYER);
  }

  @Test
  void sendsOneByteWrong() throws Exception {
    everyTime(LayerFault.corruptByte(10));

    byte[] body = get(url, "Range", "bytes=100-199").body();

    byte[] right = Arrays.copyOfRange(LAYER, 100, 200);
    assertThat(body).hasSize(100).isNotEqualTo(right);
    body[10] = right[10];
    assertThat(body).isEqualTo(right);
  }

  @Test
  void answersInTheWordsOfS3() throws Exception {
    everyTime(LayerFault.slowDown());
    var slowDown = get(url);
    everyTime(LayerFault.serverError());
    var error = get(url);
    everyTime(LayerFault.expiredUrl());
    var expired = get(url);

    assertThat(List.of(slowDown.statusCode(), error.statusCode(), expired.statusCode()))
        .containsExactly(503, 500, 403);
    assertThat(text(slowDown)).contains("<Code>SlowDown</Code>");
    assertThat(text(error)).contains("<Code>InternalError</Code>");
    assertThat(text(expired)).contains("Request has expired");
    assertThat(ecr.counters().layerTransfers())
        .extracting(LayerTransfer::status)
        .containsExactly(503, 500, 403);
    assertThat(ecr.counters().layerBytes()).isZero();
  }

  @Test
  void answersARangeWithAllBytes() throws Exception {
    everyTime(LayerFault.wholeBlob());

    var response = get(url, "Range", "bytes=0-9");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(LAYER);
    assertThat(response.headers().firstValue("Content-Range")).isEmpty();
  }

  @Test
  void saysThatARangeIsAnotherOne() throws Exception {
    everyTime(LayerFault.wrongContentRange());

    var response = get(url, "Range", "bytes=0-9");

    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.headers().firstValue("Content-Range")).hasValue("bytes 1-10/300000");
    assertThat(response.body()).isEqualTo(Arrays.copyOf(LAYER, 10));
  }

  @Test
  void sendsFewerBytesThanWereAskedForAndSaysSo() throws Exception {
    everyTime(LayerFault.wrongLength(-4));

    var response = get(url, "Range", "bytes=100-109");

    assertThat(response.statusCode()).isEqualTo(206);
    assertThat(response.headers().firstValue("Content-Range")).hasValue("bytes 100-109/300000");
    assertThat(response.body()).isEqualTo(Arrays.copyOfRange(LAYER, 100, 106));
    assertThat(ecr.counters().layerBytes()).isEqualTo(6);
  }

  @Test
  void sendsMoreBytesThanThereAreAndSaysSo() throws Exception {
    everyTime(LayerFault.wrongLength(3));

    var response = get(url);

    assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(300_003);
    assertThat(response.body()).isEqualTo(Arrays.copyOf(LAYER, 300_003));
    assertThat(ecr.counters().layerBytes()).isEqualTo(300_000);
  }

  @Test
  void sendsNothingOfAnAnswerThatIsShorterThanNothing() throws Exception {
    everyTime(LayerFault.wrongLength(Long.MIN_VALUE));

    assertThat(get(url).body()).isEmpty();
  }

  @Test
  void tellsTheRuleWhichRequestItIs() throws Exception {
    Digest other = ecr.pushLayer(bytes(10));
    var seen = new ConcurrentLinkedQueue<LayerRequest>();
    ecr.conditions()
        .layerFaults(
            request -> {
              seen.add(request);
              return request.number() == 2 ? LayerFault.slowDown() : LayerFault.none();
            });

    assertThat(get(url, "Range", "bytes=5-9").statusCode()).isEqualTo(206);
    assertThat(get(ecr.urlOf(other)).statusCode()).isEqualTo(503);
    assertThat(get(url).statusCode()).isEqualTo(200);

    Digest digest = Digest.sha256(LAYER);
    assertThat(seen)
        .containsExactly(
            new LayerRequest(1, 1, digest, new ByteRange(5, 5)),
            new LayerRequest(2, 1, other, new ByteRange(0, 10)),
            new LayerRequest(3, 2, digest, new ByteRange(0, 300_000)));
  }

  @Test
  void doesNothingBehindTheEndOfTheAnswer() throws Exception {
    everyTime(LayerFault.closeAfter(Long.MAX_VALUE));

    assertThat(get(url).body()).isEqualTo(LAYER);
  }
}
