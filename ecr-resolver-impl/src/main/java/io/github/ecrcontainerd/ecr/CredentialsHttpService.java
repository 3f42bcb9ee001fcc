package io.github.ecrcontainerd.ecr;

import io.github.ecrcontainerd.ecr.internal.http.BlockingHttpClient;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The HTTP clients with which the AWS SDK requests the credentials of a role or a person from AWS
 * STS and IAM Identity Center. The SDK creates these clients itself, and its default ones ignore
 * {@code HTTPS_PROXY}. The clients of this service work as those for Amazon ECR: with the same
 * proxies, trusted certificates, errors and timeouts.
 *
 * <p>The setting for it, {@code software.amazon.awssdk.http.service.impl}, applies to the whole
 * process, so a resolver doesn't change it. An application that wants it calls {@link #install}.
 */
public final class CredentialsHttpService implements SdkHttpService {
  /** The SDK's setting for blocking clients. */
  private static final String SETTING = "software.amazon.awssdk.http.service.impl";

  /** For the SDK, which creates an instance by class name. */
  public CredentialsHttpService() {}

  /**
   * Makes this service the default for the SDK's blocking clients that are created later in this
   * process. A client with an HTTP client of its own is not affected. An existing value of the
   * setting is kept.
   */
  public static void install() {
    System.getProperties().putIfAbsent(SETTING, CredentialsHttpService.class.getName());
  }

  @Override
  public SdkHttpClient.Builder<?> createHttpClientBuilder() {
    return new Builder();
  }

  private static final class Builder implements SdkHttpClient.Builder<Builder> {
    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap defaults) {
      return BlockingHttpClient.open();
    }
  }
}
