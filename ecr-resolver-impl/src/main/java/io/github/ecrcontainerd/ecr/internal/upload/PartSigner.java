package io.github.ecrcontainerd.ecr.internal.upload;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignerProperty;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Wraps the SDK's signer so that it hashes the body of a layer part without keeping it, because
 * that body can be read twice. The SDK's signer keeps a copy of any other publisher, because it may
 * be readable only once.
 */
final class PartSigner implements AwsV4HttpSigner {
  /** The properties that a signer of ECR's calls uses. */
  private static final List<SignerProperty<?>> PROPERTIES =
      List.of(SIGNING_CLOCK, REGION_NAME, SERVICE_SIGNING_NAME, DOUBLE_URL_ENCODE, NORMALIZE_PATH);

  private final AwsV4HttpSigner signer;

  PartSigner(AwsV4HttpSigner signer) {
    this.signer = signer;
  }

  @Override
  public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
    return signer.sign(request);
  }

  @Override
  public CompletableFuture<AsyncSignedRequest> signAsync(
      AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
    if (!(request.payload().orElse(null) instanceof PartBody body)) {
      return signer.signAsync(request);
    }
    SignRequest.Builder<AwsCredentialsIdentity> read =
        SignRequest.<AwsCredentialsIdentity>builder(request.identity())
            .request(request.request())
            .payload(body::newStream);
    PROPERTIES.forEach(property -> copy(property, request, read));
    return CompletableFuture.completedFuture(
        AsyncSignedRequest.builder()
            .request(signer.sign(read.build()).request())
            .payload(body)
            .build());
  }

  private static <T> void copy(
      SignerProperty<T> property,
      AsyncSignRequest<?> from,
      SignRequest.Builder<AwsCredentialsIdentity> to) {
    if (from.hasProperty(property)) {
      to.putProperty(property, from.property(property));
    }
  }
}
