package io.github.ecrcontainerd.local;

import static io.github.ecrcontainerd.local.RunningEcr.REPOSITORY;
import static io.github.ecrcontainerd.local.RunningEcr.bytes;
import static io.github.ecrcontainerd.local.RunningEcr.get;
import static io.github.ecrcontainerd.local.RunningEcr.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.ecrcontainerd.resolver.Digest;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.ecr.model.EmptyUploadException;
import software.amazon.awssdk.services.ecr.model.InvalidLayerException;
import software.amazon.awssdk.services.ecr.model.InvalidLayerPartException;
import software.amazon.awssdk.services.ecr.model.InvalidParameterException;
import software.amazon.awssdk.services.ecr.model.Layer;
import software.amazon.awssdk.services.ecr.model.LayerAlreadyExistsException;
import software.amazon.awssdk.services.ecr.model.LayerAvailability;
import software.amazon.awssdk.services.ecr.model.LayerFailure;
import software.amazon.awssdk.services.ecr.model.LayerFailureCode;
import software.amazon.awssdk.services.ecr.model.LayerPartTooSmallException;
import software.amazon.awssdk.services.ecr.model.LayersNotFoundException;
import software.amazon.awssdk.services.ecr.model.RepositoryNotFoundException;
import software.amazon.awssdk.services.ecr.model.UploadNotFoundException;

class LayerUploadTest {
  private static final int SMALLEST_PART = 5 << 20;

  @RegisterExtension final RunningEcr ecr = new RunningEcr();

  @Test
  void makesALayerOfParts() throws Exception {
    byte[] layer = bytes(2 * SMALLEST_PART + 3);
    String upload = ecr.beginUpload();

    assertThat(ecr.uploadPart(upload, 0, Arrays.copyOf(layer, SMALLEST_PART)))
        .isEqualTo(SMALLEST_PART - 1);
    assertThat(
            ecr.uploadPart(
                upload, SMALLEST_PART, Arrays.copyOfRange(layer, SMALLEST_PART, layer.length)))
        .isEqualTo(layer.length - 1);
    Digest digest = Digest.sha256(layer);
    assertThat(ecr.completeUpload(upload, digest)).isEqualTo(digest.toString());

    assertThat(get(ecr.urlOf(digest)).body()).isEqualTo(layer);
    assertThat(ecr.layout().resolve("blobs/sha256/" + digest.hex())).hasBinaryContent(layer);
  }

  @Test
  void refusesAPartWithoutBytesAndGoesOnWithTheNext() throws Exception {
    String upload = ecr.beginUpload();

    assertThatThrownBy(() -> ecr.uploadPart(upload, 0, new byte[0]))
        .isInstanceOf(InvalidLayerPartException.class);

    assertThat(ecr.uploadPart(upload, 0, bytes(10))).isEqualTo(9);
    Digest digest = Digest.sha256(bytes(10));
    assertThat(ecr.completeUpload(upload, digest)).isEqualTo(digest.toString());
  }

  @Test
  void refusesAnUploadIdThatIsNone() {
    assertThatThrownBy(() -> ecr.uploadPart("../index.json", 0, bytes(1)))
        .isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void asksForPartsOfTheSizeThatTheConditionsSay() {
    assertThat(ecr.client().initiateLayerUpload(r -> r.repositoryName(REPOSITORY)).partSize())
        .isEqualTo(10 << 20);

    ecr.conditions().partSize(SMALLEST_PART);

    assertThat(ecr.client().initiateLayerUpload(r -> r.repositoryName(REPOSITORY)).partSize())
        .isEqualTo(SMALLEST_PART);
  }

  @Test
  void takesTheLargestPartAndNoLargerOne() {
    String upload = ecr.beginUpload();

    assertThat(ecr.uploadPart(upload, 0, bytes(20_971_520))).isEqualTo(20_971_519);
    assertThatThrownBy(() -> ecr.uploadPart(upload, 20_971_520, bytes(20_971_521)))
        .isInstanceOf(InvalidParameterException.class)
        .hasMessageContaining("layerPartBlob");
  }

  @Test
  void refusesAPartThatIsNotTheNextOne() {
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, bytes(100));

    for (long first : List.of(0L, 99L, 101L)) {
      var error =
          catchThrowableOfType(
              InvalidLayerPartException.class, () -> ecr.uploadPart(upload, first, bytes(10)));
      assertThat(error.lastValidByteReceived()).isEqualTo(99);
      assertThat(error.uploadId()).isEqualTo(upload);
      assertThat(error.repositoryName()).isEqualTo(REPOSITORY);
      assertThat(error.registryId()).isEqualTo("123456789012");
    }
    assertThat(ecr.uploadPart(upload, 100, bytes(10))).isEqualTo(109);
  }

  @Test
  void refusesAPartOfAnotherLengthThanItSays() {
    String upload = ecr.beginUpload();

    assertThatThrownBy(
            () ->
                ecr.client()
                    .uploadLayerPart(
                        r ->
                            r.repositoryName(REPOSITORY)
                                .uploadId(upload)
                                .partFirstByte(0L)
                                .partLastByte(10L)
                                .layerPartBlob(SdkBytes.fromByteArray(bytes(10)))))
        .isInstanceOfSatisfying(
            InvalidLayerPartException.class,
            error -> assertThat(error.lastValidByteReceived()).isEqualTo(-1));
  }

  @Test
  void refusesASmallPartInTheMiddleWhenTheUploadIsCompleted() {
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, bytes(SMALLEST_PART - 1));
    ecr.uploadPart(upload, SMALLEST_PART - 1, bytes(1));

    assertThatThrownBy(() -> ecr.completeUpload(upload, Digest.sha256(bytes(1))))
        .isInstanceOf(LayerPartTooSmallException.class)
        .hasMessageContaining("5242879");
  }

  @Test
  void refusesALayerOfAnotherDigest() {
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, bytes(10));

    assertThatThrownBy(() -> ecr.completeUpload(upload, Digest.sha256(bytes(11))))
        .isInstanceOf(InvalidLayerException.class)
        .hasMessageContaining(Digest.sha256(bytes(10)).toString());
    assertThat(ecr.completeUpload(upload, Digest.sha256(bytes(10)))).isNotEmpty();
  }

  @Test
  void refusesALayerThatIsThere() {
    ecr.pushLayer(bytes(10));
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, bytes(10));

    assertThatThrownBy(() -> ecr.completeUpload(upload, Digest.sha256(bytes(10))))
        .isInstanceOf(LayerAlreadyExistsException.class);
  }

  @Test
  void refusesAnUploadWithoutParts() {
    String upload = ecr.beginUpload();

    assertThatThrownBy(() -> ecr.completeUpload(upload, Digest.sha256(new byte[0])))
        .isInstanceOf(EmptyUploadException.class);
  }

  @Test
  void knowsNoUploadThatWasCompletedOrNeverBegun() {
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, bytes(10));
    ecr.completeUpload(upload, Digest.sha256(bytes(10)));

    for (String id : List.of(upload, "c3c0f2a0-0000-0000-0000-000000000000")) {
      assertThatThrownBy(() -> ecr.uploadPart(id, 0, bytes(10)))
          .isInstanceOf(UploadNotFoundException.class);
      assertThatThrownBy(() -> ecr.completeUpload(id, Digest.sha256(bytes(10))))
          .isInstanceOf(UploadNotFoundException.class);
    }
  }

  @Test
  void knowsSeveralDigestsOfALayer() {
    byte[] layer = bytes(10);
    var hash = Digest.Algorithm.SHA512.newHash();
    hash.update(layer);
    Digest sha512 = Digest.of(Digest.Algorithm.SHA512, hash);
    String upload = ecr.beginUpload();
    ecr.uploadPart(upload, 0, layer);

    assertThat(ecr.completeUpload(upload, sha512)).isEqualTo(sha512.toString());
    assertThat(ecr.layout().resolve("blobs/sha512/" + sha512.hex())).exists();
  }

  @Test
  void keepsNothingOfAnUploadThatWasNotCompleted() throws Exception {
    ecr.uploadPart(ecr.beginUpload(), 0, bytes(10));
    assertThat(ecr.layout().resolve(".ecr-local/uploads")).isNotEmptyDirectory();

    ecr.restart();

    assertThat(ecr.layout().resolve(".ecr-local")).doesNotExist();
  }

  @Test
  void removesAtItsStartWhatAServerThatWasKilledLeftBehind() throws Exception {
    var left = ecr.layout().resolve(".ecr-local/uploads");
    ecr.server().close();
    Files.createDirectories(left);
    Files.write(left.resolve("c3c0f2a0-0000-0000-0000-000000000000"), bytes(10));

    try (var _ = EcrLocal.builder().directory(ecr.directory()).start()) {
      assertThat(left).doesNotExist();
    }
  }

  @Test
  void tellsWhichLayersAreThere() {
    Digest there = ecr.pushLayer(bytes(10));
    String missing = "sha256:" + "0".repeat(64);

    var response =
        ecr.client()
            .batchCheckLayerAvailability(
                r ->
                    r.repositoryName(REPOSITORY)
                        .layerDigests(there.toString(), missing, "sha256:nope", ""));

    assertThat(response.layers())
        .extracting(Layer::layerDigest, Layer::layerAvailability, Layer::layerSize)
        .containsExactly(
            tuple(there.toString(), LayerAvailability.AVAILABLE, 10L),
            tuple(missing, LayerAvailability.UNAVAILABLE, null));
    assertThat(response.failures())
        .extracting(LayerFailure::failureCode)
        .containsExactly(
            LayerFailureCode.INVALID_LAYER_DIGEST, LayerFailureCode.MISSING_LAYER_DIGEST);
  }

  @Test
  void checksAtMostAHundredLayersAtOnce() {
    for (int count : List.of(0, 101)) {
      assertThatThrownBy(
              () ->
                  ecr.client()
                      .batchCheckLayerAvailability(
                          r ->
                              r.repositoryName(REPOSITORY)
                                  .layerDigests(
                                      Collections.nCopies(count, "sha256:" + "0".repeat(64)))))
          .isInstanceOf(InvalidParameterException.class);
    }
  }

  @Test
  void takesAnImageForNoLayer() {
    String manifest = ecr.pushParts("one");
    ecr.putImage(manifest, "v1");
    Digest image = Digest.sha256(utf8(manifest));

    assertThatThrownBy(() -> ecr.urlOf(image)).isInstanceOf(LayersNotFoundException.class);
    assertThat(
            ecr.client()
                .batchCheckLayerAvailability(
                    r -> r.repositoryName(REPOSITORY).layerDigests(image.toString()))
                .layers())
        .extracting(Layer::layerAvailability)
        .containsExactly(LayerAvailability.UNAVAILABLE);
  }

  @Test
  void givesNoUrlOfALayerThatIsNotThere() {
    assertThatThrownBy(() -> ecr.urlOf(Digest.sha256(bytes(10))))
        .isInstanceOf(LayersNotFoundException.class)
        .hasMessageContaining(Digest.sha256(bytes(10)).toString());
  }

  @Test
  void givesNoUrlForWhatIsNoDigest() {
    assertThatThrownBy(
            () ->
                ecr.client()
                    .getDownloadUrlForLayer(
                        r -> r.repositoryName(REPOSITORY).layerDigest("sha256:../../x")))
        .isInstanceOf(InvalidParameterException.class);
  }

  @Test
  void refusesARepositoryThatIsNotThere() {
    String digest = "sha256:" + "0".repeat(64);
    var client = ecr.client();
    assertThatThrownBy(() -> client.initiateLayerUpload(r -> r.repositoryName("nope")))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(
            () -> client.getDownloadUrlForLayer(r -> r.repositoryName("nope").layerDigest(digest)))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(
            () ->
                client.batchCheckLayerAvailability(
                    r -> r.repositoryName("nope").layerDigests(digest)))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(
            () ->
                client.completeLayerUpload(
                    r -> r.repositoryName("nope").uploadId("x").layerDigests(digest)))
        .isInstanceOf(RepositoryNotFoundException.class);
    assertThatThrownBy(
            () ->
                client.uploadLayerPart(
                    r ->
                        r.repositoryName("nope")
                            .uploadId("x")
                            .partFirstByte(0L)
                            .partLastByte(0L)
                            .layerPartBlob(SdkBytes.fromByteArray(bytes(1)))))
        .isInstanceOf(RepositoryNotFoundException.class);
  }
}
