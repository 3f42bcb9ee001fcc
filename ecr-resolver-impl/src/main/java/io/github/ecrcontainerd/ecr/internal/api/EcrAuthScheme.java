package io.github.ecrcontainerd.ecr.internal.api;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/**
 * Signature Version 4 by a given signer, with the client's credentials. If there are no
 * credentials, the failure is a {@link CredentialsException}, because the SDK has no exception type
 * for that.
 */
public final class EcrAuthScheme implements AwsV4AuthScheme {
  private final AwsV4AuthScheme scheme = AwsV4AuthScheme.create();
  private final AwsV4HttpSigner signer;

  public EcrAuthScheme(AwsV4HttpSigner signer) {
    this.signer = signer;
  }

  @Override
  public String schemeId() {
    return scheme.schemeId();
  }

  @Override
  public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
    return new Credentials(scheme.identityProvider(providers));
  }

  @Override
  public AwsV4HttpSigner signer() {
    return signer;
  }

  private record Credentials(IdentityProvider<AwsCredentialsIdentity> provider)
      implements IdentityProvider<AwsCredentialsIdentity> {

    @Override
    public Class<AwsCredentialsIdentity> identityType() {
      return provider.identityType();
    }

    @Override
    public CompletableFuture<? extends AwsCredentialsIdentity> resolveIdentity(
        ResolveIdentityRequest request) {
      try {
        return provider
            .resolveIdentity(request)
            .exceptionallyCompose(
                cause -> CompletableFuture.failedFuture(new CredentialsException(cause)));
      } catch (RuntimeException e) {
        throw new CredentialsException(e);
      }
    }
  }
}
