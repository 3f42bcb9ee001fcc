package io.github.ecrcontainerd.ecr;

import io.github.ecrcontainerd.ecr.internal.http.BlockingHttpClient;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The HTTP clients with which the AWS SDK asks AWS STS and IAM Identity Center for the credentials
 * of a role or a person. The SDK makes these by itself, and its own know nothing of {@code
 * HTTPS_PROXY}; those of this service go the way that the calls of Amazon ECR go: through the same
 * proxies, with the same trust, errors and patience.
 *
 * <p>The setting for it, {@code software.amazon.awssdk.http.service.impl}, is one of the whole
 * process, so a resolver leaves it alone: an application that wants it calls {@link #install}.
 */
public final class CredentialsHttpService implements SdkHttpService {
  /** What the SDK calls the setting for blocking clients. */
  private static final String SETTING = "software.amazon.awssdk.http.service.impl";

  /** For the SDK, which makes one by its name. */
  public CredentialsHttpService() {}

  /**
   * Lets all of the SDK's blocking clients in this process have it that are made later and are
   * given no HTTP client. What the setting says already stays.
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
