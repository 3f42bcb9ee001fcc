package io.github.ecrcontainerd.ecr.internal.api;

import io.github.ecrcontainerd.ecr.internal.credentials.CredentialSearch;
import io.github.ecrcontainerd.ecr.internal.rate.Quotas;
import io.github.ecrcontainerd.ecr.internal.rate.TokenBucket;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.EcrReference.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ecr.EcrAsyncClient;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * The SDK's clients, one for each region and kind of endpoint. A client is created when the first
 * reference needs it.
 */
public final class EcrClients implements AutoCloseable {
  private final SdkAsyncHttpClient http;
  private final Consumer<EcrAsyncClientBuilder> configuration;
  private final Optional<Function<EcrReference, AwsCredentialsProvider>> credentials;
  private final Optional<URI> endpoint;
  private final Duration timeout;
  private final Function<SdkHttpRequest, String> peers;
  private final Map<Place, Connected> byPlace = new ConcurrentHashMap<>();

  private final Queue<CredentialSearch> searches = new ConcurrentLinkedQueue<>();

  private record Place(
      String partition,
      String region,
      Endpoint endpoint,
      Optional<AwsCredentialsProvider> credentials) {}

  private record Connected(EcrAsyncClient client, Exchanges exchanges) {}

  /**
   * @param http the HTTP client of all of them; its owner closes it
   * @param peers returns the host that a request is sent to, for messages
   * @param configuration configures each of them
   * @param credentials the credentials for a reference, instead of those that every SDK finds
   * @param endpoint the API's endpoint, instead of the region's own
   * @param timeout the time limit of a call, unless the configuration has one
   */
  public EcrClients(
      SdkAsyncHttpClient http,
      Function<SdkHttpRequest, String> peers,
      Consumer<EcrAsyncClientBuilder> configuration,
      Optional<Function<EcrReference, AwsCredentialsProvider>> credentials,
      Optional<URI> endpoint,
      Duration timeout) {
    this.http = http;
    this.configuration = configuration;
    this.credentials = credentials;
    this.endpoint = endpoint;
    this.timeout = timeout;
    this.peers = peers;
  }

  EcrAsyncClient of(EcrReference reference) {
    return byPlace.computeIfAbsent(placeOf(reference), this::connect).client;
  }

  /** The host that the last call for this reference was sent to, if there was one. */
  Optional<String> hostOf(EcrReference reference) {
    return Optional.ofNullable(byPlace.get(placeOf(reference)))
        .flatMap(connected -> connected.exchanges.host());
  }

  /** The bucket of an operation, shared by this process; empty if the operation is not paced. */
  Optional<TokenBucket> bucketOf(String operation, EcrReference reference) {
    return Quotas.shared().of(operation, reference, endpoint);
  }

  private Place placeOf(EcrReference reference) {
    return new Place(
        reference.partition(),
        reference.region(),
        reference.endpoint(),
        credentials.map(of -> of.apply(reference)));
  }

  private Connected connect(Place place) {
    EcrAsyncClientBuilder builder =
        EcrAsyncClient.builder().endpointProvider(new PartitionEndpoint(place.partition));
    // Set before the configuration, which may set other credentials, or a profile for these.
    CredentialSearch search =
        new CredentialSearch(() -> builder.overrideConfiguration().defaultProfileName());
    searches.add(search);
    builder.credentialsProvider(search);
    configuration.accept(builder);
    Exchanges exchanges = new Exchanges(peers);
    exchanges.observe(builder);
    OwnPauses.configure(builder);
    limit(builder);
    place.credentials.ifPresent(builder::credentialsProvider);
    endpoint.ifPresent(builder::endpointOverride);
    // If the reference needs neither, the SDK's own settings apply unchanged.
    if (place.endpoint.fips()) {
      builder.fipsEnabled(true);
    }
    if (place.endpoint.dualStack()) {
      builder.dualstackEnabled(true);
    }
    return new Connected(
        builder.httpClient(http).region(Region.of(place.region)).build(), exchanges);
  }

  /**
   * A request has half of a call's time, because the SDK repeats one that was not answered: a
   * connection may have died without a sign, and its server is well.
   */
  private void limit(EcrAsyncClientBuilder client) {
    ClientOverrideConfiguration configured = client.overrideConfiguration();
    if (configured.apiCallTimeout().isEmpty()) {
      ClientOverrideConfiguration.Builder limited = configured.toBuilder().apiCallTimeout(timeout);
      if (configured.apiCallAttemptTimeout().isEmpty()) {
        limited.apiCallAttemptTimeout(timeout.dividedBy(2));
      }
      client.overrideConfiguration(limited.build());
    }
  }

  @Override
  public void close() {
    byPlace.values().forEach(connected -> connected.client.close());
    searches.forEach(CredentialSearch::close);
  }
}
