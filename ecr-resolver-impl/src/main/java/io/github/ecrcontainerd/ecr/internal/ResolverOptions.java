package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * The options of a resolver.
 *
 * @param credentials the credentials for a reference, instead of those that every SDK finds
 * @param endpoint the API's endpoint, instead of the region's own
 * @param connectTimeout the time limit for connecting, without TLS
 * @param apiTimeout the time limit of an API call
 * @param configuration configures the SDK's clients
 * @param http an HTTP client to use instead of the resolver's own clients; its owner closes it
 * @param listener receives the progress of every transfer
 * @param parallelism how many ranges of one layer may be in progress at a time; 0 or 1 for none
 * @param connections how many requests of all layers may be in progress at a time
 * @param bufferBytes the total size of all buffers, in bytes
 * @param allowPrivateForeignLayerUrls whether foreign layers may come from private addresses
 * @param mirrors registries that are asked for content before ECR, in this order
 */
public record ResolverOptions(
    Optional<Function<EcrReference, AwsCredentialsProvider>> credentials,
    Optional<URI> endpoint,
    Duration connectTimeout,
    Duration apiTimeout,
    Consumer<EcrAsyncClientBuilder> configuration,
    Optional<SdkAsyncHttpClient> http,
    TransferListener listener,
    int parallelism,
    int connections,
    int bufferBytes,
    boolean allowPrivateForeignLayerUrls,
    List<URI> mirrors) {}
