package io.github.ecrcontainerd.ecr.internal.upload;

import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/** Signature Version 4, by a signer that knows layer parts. */
final class PartAuthScheme implements AwsV4AuthScheme {
  private final AwsV4AuthScheme scheme = AwsV4AuthScheme.create();
  private final AwsV4HttpSigner signer = new PartSigner(scheme.signer());

  @Override
  public String schemeId() {
    return scheme.schemeId();
  }

  @Override
  public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
    return scheme.identityProvider(providers);
  }

  @Override
  public AwsV4HttpSigner signer() {
    return signer;
  }
}
