package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.bytes;
import static io.github.ecrcontainerd.local.RunningEcr.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ecr.model.EcrException;
import software.amazon.awssdk.services.ecr.model.ImageIdentifier;
import software.amazon.awssdk.services.ecr.model.InvalidLayerPartException;
import software.amazon.awssdk.services.ecr.model.ServerException;
import software.amazon.awssdk.services.ecr.model.UploadNotFoundException;

class ConditionsTest {
  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  private static void assertTakesAtLeast(Duration least, URI url, byte[] layer) throws Exception {
    long start = System.nanoTime();
    assertThat(get(url).body()).isEqualTo(layer);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(least);
  }

  @Test
  void letsAConnectionHaveSoManyBytesASecond() throws Exception {
    byte[] layer = bytes(1 << 20);
    URI url = ecr.urlOf(ecr.pushLayer(layer));
    ecr.conditions().bandwidthPerConnection(4 << 20);

    assertTakesAtLeast(Duration.ofMillis(245), url, layer);
  }

  @Test
  void liftsALimitForRequestsThatBeginAfterwards() throws Exception {
    byte[] layer = bytes(1 << 20);
    URI url = ecr.urlOf(ecr.pushLayer(layer));
    ecr.conditions().bandwidthPerConnection(1 << 10);

    try (var slow = new OpenRequest(url)) {
      slow.readFirstByte();
      ecr.conditions().unlimitedBandwidth();
      assertThat(get(url).body()).isEqualTo(layer);

      assertThat(ecr.counters().layerTransfers().getFirst().ended()).isFalse();
    }
  }

  @Test
  void slowsDownOneRequestAndNoOther() throws Exception {
    byte[] layer = bytes(1 << 20);
    URI url = ecr.urlOf(ecr.pushLayer(layer));
    ecr.conditions()
        .layerFaults(
            request -> request.number() == 1 ? LayerFault.slowTo(1 << 10) : LayerFault.none());

    try (var slow = new OpenRequest(url)) {
      slow.readFirstByte();
      assertThat(get(url).body()).isEqualTo(layer);

      assertThat(ecr.counters().layerTransfers().getFirst().ended()).isFalse();
    }
  }

  @Test
  void letsTheFirstByteWait() throws Exception {
    byte[] layer = bytes(10);
    URI url = ecr.urlOf(ecr.pushLayer(layer));
    ecr.conditions().layerLatency(Duration.ofMillis(200));

    assertTakesAtLeast(Duration.ofMillis(200), url, layer);
  }

  @Test
  void throttlesOneOperationAndNoOther() {
    ecr.conditions().requestRate(Operation.LIST_IMAGES, 0.001);
    ecr.client().listImages(r -> r.repositoryName(REPOSITORY));

    assertThatThrownBy(() -> ecr.client().listImages(r -> r.repositoryName(REPOSITORY)))
        .isInstanceOfSatisfying(
            EcrException.class,
            error -> {
              assertThat(error.statusCode()).isEqualTo(400);
              assertThat(error.isThrottlingException()).isTrue();
              assertThat(error.awsErrorDetails().errorCode()).isEqualTo("ThrottlingException");
            });
    ecr.client().describeImages(r -> r.repositoryName(REPOSITORY));

    ecr.conditions().unlimitedRequestRate(Operation.LIST_IMAGES);
    ecr.client().listImages(r -> r.repositoryName(REPOSITORY));
    assertThat(ecr.counters().requests(Operation.LIST_IMAGES)).isEqualTo(3);
  }

  /**
   * PutImage has the lowest quota, which calls one after another on the loopback exceed at once.
   */
  @Test
  void throttlesAtTheRatesOfAmazonEcr() {
    String manifest = ecr.pushParts("quotas");
    ecr.conditions().requestRatesOfEcr();
    long began = System.nanoTime();
    int accepted = 0;
    while (ecr.counters().throttled(Operation.PUT_IMAGE) == 0 && accepted < 1_000) {
      try {
        ecr.putImage(manifest, "t" + accepted);
        accepted++;
      } catch (EcrException throttled) {
        assertThat(throttled.isThrottlingException()).isTrue();
      }
    }

    double seconds = (System.nanoTime() - began) / 1e9;
    assertThat(accepted).isBetween(10, (int) (10 + 10 * seconds));
    // 20 in any case, of an operation whose quota is higher.
    ImageIdentifier image = ImageIdentifier.builder().imageTag("t0").build();
    for (int call = 0; call < 20; call++) {
      ecr.client().batchGetImage(r -> r.repositoryName(REPOSITORY).imageIds(image));
    }
    assertThat(ecr.counters().throttled(Operation.BATCH_GET_IMAGE)).isZero();
    assertThat(ecr.conditions().requestRate(Operation.LIST_IMAGES)).isEmpty();
  }

  @Test
  void failsCallsAsTheRuleSays() {
    ecr.conditions()
        .apiFaults(
            request ->
                request.operation() != Operation.DESCRIBE_IMAGES
                    ? ApiFault.none()
                    : request.number() == 1 ? ApiFault.throttled() : ApiFault.serverError());

    assertThatThrownBy(() -> ecr.client().describeImages(r -> r.repositoryName(REPOSITORY)))
        .isInstanceOfSatisfying(
            EcrException.class, error -> assertThat(error.isThrottlingException()).isTrue());
    assertThatThrownBy(() -> ecr.client().describeImages(r -> r.repositoryName(REPOSITORY)))
        .isInstanceOfSatisfying(
            ServerException.class, error -> assertThat(error.statusCode()).isEqualTo(500));
    ecr.client().listImages(r -> r.repositoryName(REPOSITORY));
  }

  @Test
  void cutsAPartShortInItsMiddle() throws Exception {
    assertThat(uploadCutShortAt(5)).isEqualTo(5);
  }

  @Test
  void losesBytesThatItHadReceived() throws Exception {
    assertThat(uploadCutShortAt(2)).isEqualTo(2);
  }

  @Test
  void losesAllBytes() throws Exception {
    assertThat(uploadCutShortAt(-1)).isEqualTo(-1);
  }

  /** Uploads ten bytes, of which the second four fail once; goes on behind the last valid one. */
  private long uploadCutShortAt(long lastValid) throws Exception {
    byte[] layer = bytes(10);
    ecr.conditions()
        .apiFaults(
            request ->
                request.operation() == Operation.UPLOAD_LAYER_PART && request.number() == 2
                    ? ApiFault.partCutShort(lastValid)
                    : ApiFault.none());
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, Arrays.copyOf(layer, 4));

    var error =
        catchThrowableOfType(
            InvalidLayerPartException.class,
            () -> ecr.uploadPart(upload, 4, Arrays.copyOfRange(layer, 4, 8)));

    long next = error.lastValidByteReceived() + 1;
    ecr.conditions().apiFaults(request -> ApiFault.none());
    // The minimal part size is a rule for other tests: the rest makes the layer's last part.
    assertThat(ecr.uploadPart(upload, next, Arrays.copyOfRange(layer, (int) next, 10)))
        .isEqualTo(9);
    return error.lastValidByteReceived();
  }

  @Test
  void hashesWhatIsLeftOfAnUploadThatWasCutShort() throws Exception {
    byte[] layer = bytes(10);
    ecr.conditions()
        .apiFaults(
            request ->
                request.operation() == Operation.UPLOAD_LAYER_PART && request.number() == 1
                    ? ApiFault.partCutShort(4)
                    : ApiFault.none());
    String upload = ecr.beginUpload();
    assertThatThrownBy(() -> ecr.uploadPart(upload, 0, layer))
        .isInstanceOf(InvalidLayerPartException.class);
    ecr.uploadPart(upload, 5, Arrays.copyOfRange(layer, 5, 10));

    assertThat(ecr.completeUpload(upload, Digest.sha256(layer))).isNotEmpty();
  }

  @Test
  void losesAnUpload() {
    failPart(1, ApiFault.uploadLost());
    String upload = ecr.beginUpload();

    for (int call = 1; call <= 2; call++) {
      assertThatThrownBy(() -> ecr.uploadPart(upload, 0, bytes(10)))
          .isInstanceOf(UploadNotFoundException.class);
    }
  }

  @Test
  void carriesACallOutWithoutAnAnswer() {
    failPart(1, ApiFault.answerLost());
    String upload = ecr.beginUpload();

    assertThatThrownBy(() -> ecr.uploadPart(upload, 0, bytes(10)))
        .isInstanceOf(SdkClientException.class);

    var error =
        catchThrowableOfType(
            InvalidLayerPartException.class, () -> ecr.uploadPart(upload, 0, bytes(10)));
    assertThat(error.lastValidByteReceived()).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 500_000, Long.MAX_VALUE})
  void resetsTheConnectionOfARequestWhileItsBodyArrives(long after) {
    failPart(1, ApiFault.resetAfter(after));
    String upload = ecr.beginUpload();

    assertThatThrownBy(() -> ecr.uploadPart(upload, 0, bytes(1 << 20)))
        .isInstanceOf(SdkClientException.class);

    assertThat(ecr.uploadPart(upload, 0, bytes(1 << 20))).isEqualTo((1 << 20) - 1);
    assertThat(ecr.counters().requests(Operation.UPLOAD_LAYER_PART)).isEqualTo(2);
  }

  @Test
  void takesNoMoreOfABodyThanItIsToldTo() throws Exception {
    ecr.conditions().apiFaults(request -> ApiFault.stallAfter(1000));
    URI api = ecr.server().endpoint();
    try (Socket socket = new Socket(api.getHost(), api.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          """
          POST / HTTP/1.1\r
          Host: localhost\r
          Content-Type: application/x-amz-json-1.1\r
          X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.ListImages\r
          Authorization: AWS4-HMAC-SHA256 Credential=a/20260101/eu-west-1/ecr/aws4_request\r
          Content-Length: 1000\r
          \r
          """
              .getBytes(StandardCharsets.US_ASCII));
      out.write(new byte[1000]);
      socket.setSoTimeout(300);

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  /** Lets one call of UploadLayerPart go wrong. */
  private void failPart(long number, ApiFault fault) {
    ecr.conditions()
        .apiFaults(
            request ->
                request.operation() == Operation.UPLOAD_LAYER_PART && request.number() == number
                    ? fault
                    : ApiFault.none());
  }

  @Test
  void refusesConditionsThatAreNone() {
    Conditions conditions = new Conditions();
    assertThatIllegalArgumentException().isThrownBy(() -> conditions.bandwidthPerConnection(0));
    assertThatIllegalArgumentException().isThrownBy(() -> conditions.partSize(20_971_521));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> conditions.urlLifetime(Duration.ofMillis(999)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> conditions.urlLifetime(Duration.ofDays(8)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> conditions.layerLatency(Duration.ofMillis(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> conditions.requestRate(Operation.PUT_IMAGE, 0));
  }
}
