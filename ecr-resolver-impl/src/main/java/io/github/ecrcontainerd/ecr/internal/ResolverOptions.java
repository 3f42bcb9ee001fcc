package io.github.ecrcontainerd.ecr.internal;

import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * How to resolve and transfer.
 *
 * @param credentials of a reference, instead of those that every SDK finds
 * @param endpoint instead of the region's own
 * @param connectTimeout how long a connection may take to be made, TLS left out
 * @param apiTimeout how long a call of the API may take
 * @param configuration of the SDK's clients
 * @param http instead of clients of the resolver's own; stays its owner's to close
 * @param listener is told of every transfer
 * @param parallelism how many ranges of one layer may be on their way at a time; 0 or 1 for none
 * @param connections how many requests of all layers
 * @param bufferBytes how many bytes all buffers may have together
 * @param allowPrivateForeignLayerUrls whether foreign layers may come from private addresses
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
    boolean allowPrivateForeignLayerUrls) {}
