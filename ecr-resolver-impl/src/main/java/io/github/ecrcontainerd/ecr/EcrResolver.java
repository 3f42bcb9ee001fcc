package io.github.ecrcontainerd.ecr;

import io.github.ecrcontainerd.ecr.internal.EcrRegistry;
import io.github.ecrcontainerd.ecr.internal.ResolverOptions;
import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.ecr.internal.credentials.CredentialSearch;
import io.github.ecrcontainerd.ecr.internal.mirror.Mirror;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;
import io.github.ecrcontainerd.resolver.TransferListener;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.ecr.EcrAsyncClientBuilder;

/**
 * Resolves, reads and writes images in Amazon ECR through the Amazon ECR API, without the Docker
 * registry protocol. References have the form {@code
 * ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/name:tag} or {@code
 * 123456789012.dkr.ecr.us-west-2.amazonaws.com/name:tag}; the reference determines the region and
 * the kind of endpoint of a call. Credentials are those that the AWS SDK finds, unless configured
 * otherwise. Proxies come from the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) or from Java's
 * system properties (https.proxyHost, ...).
 *
 * <pre>{@code
 * try (EcrResolver resolver = EcrResolver.create()) {
 *   Resolution image = resolver.resolve(reference);
 *   try (InputStream layer = resolver.fetcher(reference).fetch(descriptor).asInputStream()) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Layers are downloaded in ranges, several at a time. All layers and all pulls of one resolver
 * share its connections and its memory, so an application should use one resolver. Safe for use by
 * several threads at once.
 *
 * <p>The resolver logs by SLF4J: at level warn each retry of a layer's part and each call that ECR
 * throttles, at level debug hedges and renewed URLs. In the same process, the AWS SDK's signers log
 * the session token at level debug: keep {@code software.amazon.awssdk.http.auth} and {@code
 * software.amazon.awssdk.auth} above that level. Layer URLs are not signed here, and no message
 * shows their query.
 */
public final class EcrResolver implements Resolver {
  private final EcrRegistry registry;

  private EcrResolver(Builder options) {
    this.registry =
        new EcrRegistry(
            new ResolverOptions(
                options.credentials,
                options.endpoint,
                options.connectTimeout,
                options.apiTimeout,
                options.configuration,
                options.http,
                options.listener,
                options.parallelism,
                options.connections,
                options.bufferBytes,
                options.allowPrivateForeignLayerUrls,
                List.copyOf(options.mirrors)));
  }

  /** A resolver with every option at its default. */
  public static EcrResolver create() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Resolves a reference by one call of BatchGetImage, whose answer contains the document.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if there is no such image, or the request fails
   * @throws InterruptedException if the thread is interrupted while it waits for the answer
   */
  @Override
  public Resolution resolve(String reference) throws InterruptedException {
    return resolve(EcrReference.of(reference));
  }

  @Override
  public Resolution resolve(EcrReference reference) throws InterruptedException {
    return registry.resolve(reference);
  }

  @Override
  public Fetcher fetcher(String reference) {
    return fetcher(EcrReference.of(reference));
  }

  @Override
  public Fetcher fetcher(EcrReference reference) {
    return registry.fetcher(reference);
  }

  @Override
  public Pusher pusher(String reference) {
    return pusher(EcrReference.of(reference));
  }

  @Override
  public Pusher pusher(EcrReference reference) {
    return registry.pusher(reference);
  }

  @Override
  public void close() {
    registry.close();
  }

  /** The options of a resolver. Not safe for use by several threads. */
  public static final class Builder {
    private Optional<Function<EcrReference, AwsCredentialsProvider>> credentials = Optional.empty();
    private Optional<URI> endpoint = Optional.empty();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration apiTimeout = Duration.ofSeconds(30);
    private Consumer<EcrAsyncClientBuilder> configuration = client -> {};
    private Optional<SdkAsyncHttpClient> http = Optional.empty();
    private TransferListener listener = new TransferListener() {};
    private int parallelism = 4;
    private int connections = 16;
    private int bufferBytes = 32 << 20;
    private boolean allowPrivateForeignLayerUrls;
    private final List<URI> mirrors = new ArrayList<>();

    private Builder() {}

    /**
     * The credentials that sign the calls. By default they are those that every AWS SDK finds: in
     * Java's system properties, in the environment, by a web identity, in a profile, from a
     * container's endpoint or an instance's metadata, in this order.
     */
    public Builder credentialsProvider(AwsCredentialsProvider provider) {
      return credentialsProviders(reference -> provider);
    }

    /**
     * The credentials that sign the calls for a reference, for example by its account. The function
     * is called often, and should return the same provider for the same account. The caller closes
     * the providers.
     */
    public Builder credentialsProviders(Function<EcrReference, AwsCredentialsProvider> providers) {
      this.credentials = Optional.of(providers);
      return this;
    }

    /**
     * The profile in AWS's configuration files that the credentials come from. Keys in the
     * environment are then ignored, as with the AWS CLI's {@code --profile}.
     */
    public Builder profile(String name) {
      return credentialsProvider(CredentialSearch.inProfile(name));
    }

    /**
     * The API's endpoint, instead of the region's own. The SDK's settings for it
     * (AWS_ENDPOINT_URL_ECR and others) work without this option.
     */
    public Builder endpointOverride(URI url) {
      if (url.getHost() == null
          || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        throw new IllegalArgumentException(
            "Not an endpoint: %s (write http://host:port or https://host)"
                .formatted(Redaction.of(url.toString())));
      }
      this.endpoint = Optional.of(url);
      return this;
    }

    /**
     * The time limit of an API call, including the SDK's retries; 30 s by default. A request whose
     * answer doesn't come is repeated after half of it, except CompleteLayerUpload. A call that ECR
     * throttles (ThrottlingException, or an answer with Retry-After) is retried by the resolver,
     * not by the SDK, for four times as long. The wait for ECR's quotas, which all resolvers of a
     * process share, counts into this time. The upload of a layer part may take as long as its
     * bytes move. An image that ECR has to fetch first, by a pull-through cache rule, may need more
     * time.
     */
    public Builder apiTimeout(Duration timeout) {
      this.apiTimeout = atLeastASecond("apiTimeout", timeout);
      return this;
    }

    /**
     * The time limit for connecting to the API or to a layer's host, without the TLS handshake; 10
     * s by default. A connection that takes longer is retried within the time limit of the call or
     * the range. An HTTP client of the caller uses its own time limit.
     */
    public Builder connectTimeout(Duration timeout) {
      this.connectTimeout = atLeastASecond("connectTimeout", timeout);
      return this;
    }

    private static Duration atLeastASecond(String option, Duration timeout) {
      if (timeout.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException(option + " is at least 1 s, not " + timeout);
      }
      return timeout;
    }

    /**
     * Configures the SDK's clients for ECR: retries, interceptors, metrics, a profile. The function
     * is called once for each region and kind of endpoint, when the first reference with them is
     * used. The other options of this builder are applied after it. Region and HTTP client are
     * always the resolver's.
     *
     * <pre>{@code
     * builder.clientConfiguration(
     *     ecr -> ecr.overrideConfiguration(c -> c.retryStrategy(RetryMode.ADAPTIVE_V2)))
     * }</pre>
     */
    public Builder clientConfiguration(Consumer<EcrAsyncClientBuilder> setting) {
      this.configuration = setting;
      return this;
    }

    /**
     * The HTTP client for the API and for layers. By default the resolver opens two CRT clients,
     * one for each. The caller closes its client after the resolver. The client's own settings
     * apply, also for proxies and timeouts. It should allow {@link #maxDownloadConnections}
     * connections at a time, and not end connections that are read slowly if {@link
     * #layerDownloadParallelism} is 0 or 1.
     */
    public Builder httpClient(SdkAsyncHttpClient client) {
      this.http = Optional.of(client);
      return this;
    }

    /**
     * The listener for every manifest and blob that is resolved, fetched or pushed through the
     * resolver, and for retries, hedges, renewed URLs and throttling. A {@link
     * io.github.ecrcontainerd.resolver.TransferTracker} returns the state of each transfer at any
     * time.
     */
    public Builder listener(TransferListener observer) {
      this.listener = observer;
      return this;
    }

    /**
     * How many ranges of one layer are downloaded at a time; 4 by default. A layer is split into
     * that many equal ranges, each of 1 MiB to 20 MiB. A layer below 1 MiB is one range. A large
     * layer has more ranges, but no more of them at a time. If {@link #downloadBufferBytes} is too
     * small for such ranges, they are smaller, so that the buffers hold this many ranges and four
     * more. The request for the next range is sent just before the current one ends, so for that
     * moment there may be more requests than this.
     *
     * <p>A failed range resumes at the byte that it reached, after a pause. A range that takes much
     * longer than usual is hedged: it is requested a second time on another connection. A download
     * fails when a range's requests have failed for 20 s, at least three times, and none has
     * brought 1 MiB; or when the server has refused the range or answered with something else six
     * times in a row.
     *
     * <p>0 and 1 download a layer with one plain request, without a Range header (the rest of a
     * resumed layer with a Range header). The connection waits while the reader pauses, so a server
     * that drops slow clients may end it.
     */
    public Builder layerDownloadParallelism(int ranges) {
      this.parallelism = atLeast(0, ranges, "layerDownloadParallelism");
      return this;
    }

    /**
     * How many ranges of all layers of all pulls are downloaded at a time, each over its own
     * connection; 16 by default. Layers that started first have priority.
     */
    public Builder maxDownloadConnections(int ranges) {
      this.connections = atLeast(1, ranges, "maxDownloadConnections");
      return this;
    }

    /**
     * How much memory all downloads may use for bytes that are not consumed yet; 32 MiB by default.
     */
    public Builder downloadBufferBytes(int bytes) {
      this.bufferBytes = atLeast(1 << 20, bytes, "downloadBufferBytes");
      return this;
    }

    /**
     * Whether foreign layers may be fetched from this machine and from private networks; false by
     * default. The manifest's author chose their URLs, so by default only public addresses are
     * allowed. Loopback, link-local (such as a cloud's metadata service), private, shared,
     * unique-local and multicast addresses are refused, also if a host name resolves to one.
     */
    public Builder allowPrivateForeignLayerUrls(boolean enabled) {
      this.allowPrivateForeignLayerUrls = enabled;
      return this;
    }

    /**
     * Adds a registry that is asked before ECR for layers, and for manifests by their digest; the
     * ones that were added first are asked first. It speaks the OCI distribution API without a
     * login, as the mirrors of containerd's {@code hosts.toml} do: Spegel, Dragonfly, Harbor, zot,
     * or a plain registry. A request names the repository and, in the parameter {@code ns}, ECR's
     * host. An address with a path is used as it is, in place of {@code /v2}.
     *
     * <p>Tags are always resolved by ECR. Content is checked by its digest, wherever it comes from.
     * A mirror that doesn't answer within 3 s, sends less than 256 KiB in 3 s over a connection, or
     * fails in another way, is left alone for 30 s, and for up to 5 min if it fails again; what it
     * was to send is requested from ECR, from the byte that was reached.
     *
     * @throws IllegalArgumentException if it isn't an http or https URL with a host, or has a login
     */
    public Builder mirror(URI address) {
      mirrors.add(Mirror.checked(address));
      return this;
    }

    public EcrResolver build() {
      return new EcrResolver(this);
    }

    private static int atLeast(int min, int value, String option) {
      if (value < min) {
        throw new IllegalArgumentException(
            "%s is at least %,d, not %,d".formatted(option, min, value));
      }
      return value;
    }
  }
}
