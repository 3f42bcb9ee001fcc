package io.github.ecrcontainerd.ecr.internal.api;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrAsyncClient;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/** The SDK's clients, one a region, made when the first reference of the region is met. */
public final class EcrClients implements AutoCloseable {
  private final SdkAsyncHttpClient http;
  private final Optional<AwsCredentialsProvider> credentials;
  private final Optional<URI> endpoint;
  private final Map<String, EcrAsyncClient> byRegion = new ConcurrentHashMap<>();

  /**
   * @param http the HTTP client of all of them, which stays its owner's to close
   * @param credentials instead of the SDK's default chain
   * @param endpoint instead of the region's own
   */
  public EcrClients(
      SdkAsyncHttpClient http,
      Optional<AwsCredentialsProvider> credentials,
      Optional<URI> endpoint) {
    this.http = http;
    this.credentials = credentials;
    this.endpoint = endpoint;
  }

  EcrAsyncClient of(String region) {
    return byRegion.computeIfAbsent(region, this::connect);
  }

  private EcrAsyncClient connect(String region) {
    EcrAsyncClientBuilder builder =
        EcrAsyncClient.builder().httpClient(http).region(Region.of(region));
    credentials.ifPresent(builder::credentialsProvider);
    endpoint.ifPresent(builder::endpointOverride);
    return builder.build();
  }

  @Override
  public void close() {
    byRegion.values().forEach(EcrAsyncClient::close);
  }
}
