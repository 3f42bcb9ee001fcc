package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.credentials.CredentialSearch;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.EcrReference.Endpoint;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrAsyncClient;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * The SDK's clients, one for each region and kind of endpoint, made when the first reference of
 * them is met.
 */
public final class EcrClients implements AutoCloseable {
  private final SdkAsyncHttpClient http;
  private final Consumer<EcrAsyncClientBuilder> configuration;
  private final Optional<Function<EcrReference, AwsCredentialsProvider>> credentials;
  private final Optional<URI> endpoint;
  private final Exchanges exchanges;
  private final Map<Place, EcrAsyncClient> byPlace = new ConcurrentHashMap<>();

  private final Queue<CredentialSearch> searches = new ConcurrentLinkedQueue<>();

  private record Place(
      String partition,
      String region,
      Endpoint endpoint,
      Optional<AwsCredentialsProvider> credentials) {}

  /**
   * @param http the HTTP client of all of them, which stays its owner's to close
   * @param peers names the host that a request is sent to through it, for messages
   * @param configuration of each of them
   * @param credentials of a reference, instead of those that every SDK finds
   * @param endpoint instead of the region's own
   */
  public EcrClients(
      SdkAsyncHttpClient http,
      Function<SdkHttpRequest, String> peers,
      Consumer<EcrAsyncClientBuilder> configuration,
      Optional<Function<EcrReference, AwsCredentialsProvider>> credentials,
      Optional<URI> endpoint) {
    this.http = http;
    this.configuration = configuration;
    this.credentials = credentials;
    this.endpoint = endpoint;
    this.exchanges = new Exchanges(peers);
  }

  EcrAsyncClient of(EcrReference reference) {
    Place place =
        new Place(
            reference.partition(),
            reference.region(),
            reference.endpoint(),
            credentials.map(of -> of.apply(reference)));
    return byPlace.computeIfAbsent(place, this::connect);
  }

  private EcrAsyncClient connect(Place place) {
    EcrAsyncClientBuilder builder =
        EcrAsyncClient.builder().endpointProvider(new PartitionEndpoint(place.partition));
    // Before the configuration, which may name other credentials, or a profile for these.
    CredentialSearch search =
        new CredentialSearch(() -> builder.overrideConfiguration().defaultProfileName());
    searches.add(search);
    builder.credentialsProvider(search);
    configuration.accept(builder);
    exchanges.observe(builder);
    place.credentials.ifPresent(builder::credentialsProvider);
    endpoint.ifPresent(builder::endpointOverride);
    // Where the reference asks for neither, the SDK's own settings decide: they stay untouched.
    if (place.endpoint.fips()) {
      builder.fipsEnabled(true);
    }
    if (place.endpoint.dualStack()) {
      builder.dualstackEnabled(true);
    }
    return builder.httpClient(http).region(Region.of(place.region)).build();
  }

  @Override
  public void close() {
    byPlace.values().forEach(EcrAsyncClient::close);
    searches.forEach(CredentialSearch::close);
  }
}
