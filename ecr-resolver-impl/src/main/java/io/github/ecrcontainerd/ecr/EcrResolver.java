package io.github.ecrcontainerd.ecr;

import io.github.ecrcontainerd.ecr.internal.EcrRegistry;
import io.github.ecrcontainerd.ecr.internal.ResolverOptions;
import io.github.ecrcontainerd.ecr.internal.api.Redaction;
import io.github.ecrcontainerd.ecr.internal.credentials.CredentialSearch;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;
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
 * Finds, reads and writes images in Amazon ECR by the Amazon ECR API, without the Docker registry
 * protocol. References have the form {@code
 * ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/name:tag} or {@code
 * 123456789012.dkr.ecr.us-west-2.amazonaws.com/name:tag}; region and kind of endpoint of a call are
 * the reference's, and credentials are those that the AWS SDK finds, unless told otherwise. Proxies
 * are those of the environment (HTTPS_PROXY, HTTP_PROXY, NO_PROXY) or of Java's system properties
 * (https.proxyHost, ...).
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
 * share its connections and its memory, so an application wants one of it. Safe for use by several
 * threads at once.
 *
 * <p>It logs nothing itself. The AWS SDK, in this process, writes the session token to the log of
 * its signers at level debug: keep {@code software.amazon.awssdk.http.auth} and {@code
 * software.amazon.awssdk.auth} above that. Layer URLs are not signed here, and no message shows
 * their query.
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
                options.allowPrivateForeignLayerUrls));
  }

  /** A resolver with every option at its default. */
  public static EcrResolver create() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Asks Amazon ECR what a reference names: one call of BatchGetImage, whose answer has the
   * document.
   *
   * @throws IllegalArgumentException if the reference is malformed
   * @throws ResolverException if there is no such image, or ECR can't be asked
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

  /** How to resolve and transfer. Not safe for use by several threads. */
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

    private Builder() {}

    /**
     * Whose credentials sign the calls; by default those that every AWS SDK finds: in Java's system
     * properties, in the environment, by a web identity, in a profile, from a container's endpoint
     * or an instance's metadata, in this order.
     */
    public Builder credentialsProvider(AwsCredentialsProvider provider) {
      return credentialsProviders(reference -> provider);
    }

    /**
     * Whose credentials sign the calls for a reference, for example by its account. The function is
     * called often, and gives the same provider for the same account; the providers stay the
     * caller's to close.
     */
    public Builder credentialsProviders(Function<EcrReference, AwsCredentialsProvider> providers) {
      this.credentials = Optional.of(providers);
      return this;
    }

    /**
     * The profile of AWS's configuration files that the credentials come from; keys in the
     * environment don't count then, as with the AWS CLI's {@code --profile}.
     */
    public Builder profile(String name) {
      return credentialsProvider(CredentialSearch.inProfile(name));
    }

    /**
     * Where the API is, instead of the region's own endpoint. The SDK's settings for that
     * (AWS_ENDPOINT_URL_ECR and others) work without it.
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
     * How long a call of the API may take, with what the SDK repeats of it; 30 s by default. A call
     * that ECR throttles (ThrottlingException) is made again for four times as long, and a part of
     * a layer that is pushed may take as long as its bytes move. An image that ECR has to fetch
     * first, by a pull-through cache rule, may need more.
     */
    public Builder apiTimeout(Duration timeout) {
      this.apiTimeout = atLeastASecond("apiTimeout", timeout);
      return this;
    }

    /**
     * How long a connection to the API or to a layer's host may take to be made, its TLS left out;
     * 10 s by default. Where it takes longer, it is tried again within the time that there is for a
     * call or a range. An HTTP client of the caller's has its own.
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
     * Sets anything that the SDK can set on its clients for ECR: retries, interceptors, metrics, a
     * profile. It is called once for each region and kind of endpoint, when the first reference of
     * them is met. The other options of this builder come after it; region and HTTP client are
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
     * The HTTP client for the API and for layers; by default the resolver has two of the CRT's, set
     * up for each. It stays the caller's to close, after the resolver. Its own settings count, for
     * proxies and time-outs too: it should allow {@link #maxDownloadConnections} connections at a
     * time, and end none for being read slowly where {@link #layerDownloadParallelism} is 0 or 1.
     */
    public Builder httpClient(SdkAsyncHttpClient client) {
      this.http = Optional.of(client);
      return this;
    }

    /**
     * Is told of every manifest and blob that is resolved, fetched or pushed through the resolver,
     * and of retries, hedges, renewed URLs and throttling on the way. A {@link
     * io.github.ecrcontainerd.resolver.TransferTracker} tells the state of each at any time.
     */
    public Builder listener(TransferListener observer) {
      this.listener = observer;
      return this;
    }

    /**
     * How many ranges of one layer are downloaded at a time; 4 by default. A layer is cut into as
     * many equal ranges, but none smaller than 1 MiB, so that a layer of less is one, and none
     * larger than 20 MiB, so that a large layer has more ranges, no more of them at a time. Where
     * {@link #downloadBufferBytes} doesn't suffice for such ranges, they are smaller: the buffers
     * hold so many of them and four more. The request for the next range goes out just before the
     * last one ends, so there may be more requests than this for that moment.
     *
     * <p>A range that fails is asked for again from the byte that it reached, after a pause; one
     * that takes much longer than usual is asked for a second time on another connection. A
     * download fails when the tries for a range have failed for 20 s, three of them at least, and
     * none has brought 1 MiB; or when the server has refused it or answered with something else six
     * times in a row.
     *
     * <p>0 and 1 download a layer by one plain request, without a Range header (but what is left of
     * a layer that was begun before by one with it). Its connection waits while its reader does, so
     * a server that gives up slow clients may end it.
     */
    public Builder layerDownloadParallelism(int ranges) {
      this.parallelism = atLeast(0, ranges, "layerDownloadParallelism");
      return this;
    }

    /**
     * How many ranges of all layers of all pulls are downloaded at a time, each over a connection
     * of its own; 16 by default. The layers that were begun first come first.
     */
    public Builder maxDownloadConnections(int ranges) {
      this.connections = atLeast(1, ranges, "maxDownloadConnections");
      return this;
    }

    /** How much memory all downloads may use for what has not left yet; 32 MiB by default. */
    public Builder downloadBufferBytes(int bytes) {
      this.bufferBytes = atLeast(1 << 20, bytes, "downloadBufferBytes");
      return this;
    }

    /**
     * Whether foreign layers may be fetched from this machine and from private networks; false by
     * default. The manifest's author chose their URLs, so by default they lead to public addresses
     * only: not to loopback, link-local (among them the metadata service of a cloud), private,
     * shared, unique-local or multicast ones, whatever their names resolve to.
     */
    public Builder allowPrivateForeignLayerUrls(boolean enabled) {
      this.allowPrivateForeignLayerUrls = enabled;
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
