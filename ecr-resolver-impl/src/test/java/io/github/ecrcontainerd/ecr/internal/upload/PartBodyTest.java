package io.github.ecrcontainerd.ecr.internal.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

class PartBodyTest {
  private static final int CHUNK = UploadBudget.CHUNK_BYTES;
  private static final String CALL =
      "{\"uploadId\":\"u\",\"layerPartBlob\":\"\",\"partLastByte\":9}";

  private static byte[] noise(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** A part of these bytes that begins in the middle of a chunk. */
  private static LayerPart part(byte[] bytes) throws InterruptedException {
    PendingBytes pending = new PendingBytes(new UploadBudget().room(4));
    pending.append(ByteBuffer.wrap(new byte[CHUNK / 2 + 1]), Integer.MAX_VALUE);
    pending.append(ByteBuffer.wrap(bytes), Integer.MAX_VALUE);
    pending.drop(CHUNK / 2 + 1);
    return pending.first(bytes.length);
  }

  private static byte[] published(PartBody body) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    SdkPublisher.adapt(body)
        .subscribe(
            slice ->
                all.write(slice.array(), slice.arrayOffset() + slice.position(), slice.remaining()))
        .join();
    return all.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 49_151, 49_152, 49_153, CHUNK, 2 * CHUNK + 5})
  void isTheCallWithThePartAsBase64(int length) throws Exception {
    byte[] bytes = noise(length);
    PartBody body = new PartBody(CALL, part(bytes));
    byte[] expected =
        CALL.replace("Blob\":\"", "Blob\":\"" + Base64.getEncoder().encodeToString(bytes))
            .getBytes(UTF_8);

    assertThat(published(body)).isEqualTo(expected);
    assertThat(published(body)).as("a second time").isEqualTo(expected);
    assertThat(body.newStream().readAllBytes()).isEqualTo(expected);
    assertThat(body.contentLength()).hasValue((long) expected.length);
  }

  @Test
  void refusesACallThatHasNoPlaceForIt() throws Exception {
    LayerPart part = part(noise(3));

    assertThatIllegalArgumentException().isThrownBy(() -> new PartBody("{}", part));
  }

  @Test
  void isSignedAsTheSameBytesAreByTheSdk() throws Exception {
    byte[] bytes = noise(100_000);
    PartBody body = new PartBody(CALL, part(bytes));
    byte[] whole = body.newStream().readAllBytes();
    AwsV4HttpSigner sdk = AwsV4HttpSigner.create();
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    AwsCredentialsIdentity identity = AwsCredentialsIdentity.create("key", "secret");
    SdkHttpRequest request =
        SdkHttpRequest.builder()
            .protocol("https")
            .host("api.ecr.us-west-2.amazonaws.com")
            .encodedPath("/")
            .method(SdkHttpMethod.POST)
            .build();

    var signed =
        new PartSigner(sdk)
            .signAsync(
                r ->
                    r.identity(identity)
                        .request(request)
                        .payload(body)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock)
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-west-2")
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "ecr"))
            .join();

    var expected =
        sdk.sign(
            r ->
                r.identity(identity)
                    .request(request)
                    .payload(() -> new ByteArrayInputStream(whole))
                    .putProperty(HttpSigner.SIGNING_CLOCK, clock)
                    .putProperty(AwsV4HttpSigner.REGION_NAME, "us-west-2")
                    .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "ecr"));
    assertThat(signed.request().headers()).isEqualTo(expected.request().headers());
    assertThat(signed.request().firstMatchingHeader("Authorization")).isPresent();
    assertThat(signed.payload().orElseThrow()).isSameAs(body);
  }
}
