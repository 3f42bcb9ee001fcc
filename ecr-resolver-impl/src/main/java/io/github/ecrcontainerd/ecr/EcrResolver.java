package io.github.ecrcontainerd.ecr;

import io.github.ecrcontainerd.ecr.internal.EcrRegistry;
import io.github.ecrcontainerd.resolver.Fetcher;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.net.URI;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Finds, reads and writes images in Amazon ECR by the Amazon ECR API, without the Docker registry
 * protocol. References have the form {@code
 * ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/name:tag}; the region of a call is the
 * reference's, and credentials are those that the AWS SDK finds, unless told otherwise.
 *
 * <pre>{@code
 * try (EcrResolver resolver = EcrResolver.create()) {
 *   Resolution image = resolver.resolve(reference);
 *   try (BlobReader manifest = resolver.fetcher(reference).fetch(image.target())) {
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <p>Layers are downloaded in ranges, several at a time. All layers and all pulls of one resolver
 * share its connections and its memory, so an application wants one of it. Safe for use by several
 * threads at once.
 */
public final class EcrResolver implements Resolver {
  private final EcrRegistry registry;

  private EcrResolver(Builder options) {
    this.registry =
        new EcrRegistry(
            options.credentials,
            options.endpoint,
            options.parallelism,
            options.connections,
            options.bufferBytes,
            options.allowPrivateForeignLayerUrls);
  }

  /** A resolver with every option at its default. */
  public static EcrResolver create() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@inheritDoc}
   *
   * @throws ResolverException if there is no such image, or ECR can't be asked
   */
  @Override
  public Resolution resolve(String reference) throws InterruptedException {
    return registry.resolve(reference);
  }

  @Override
  public Fetcher fetcher(String reference) {
    return registry.fetcher(reference);
  }

  @Override
  public Pusher pusher(String reference) {
    return registry.pusher(reference);
  }

  @Override
  public void close() {
    registry.close();
  }

  /** How to resolve and transfer. Not safe for use by several threads. */
  public static final class Builder {
    private Optional<AwsCredentialsProvider> credentials = Optional.empty();
    private Optional<URI> endpoint = Optional.empty();
    private int parallelism = 4;
    private int connections = 16;
    private int bufferBytes = 64 << 20;
    private boolean allowPrivateForeignLayerUrls;

    private Builder() {}

    /** Whose credentials sign the calls; by default the SDK's own chain finds them. */
    public Builder credentialsProvider(AwsCredentialsProvider provider) {
      this.credentials = Optional.of(provider);
      return this;
    }

    /**
     * Where the API is, instead of the region's own endpoint. The SDK's settings for that
     * (AWS_ENDPOINT_URL_ECR and others) work without it.
     */
    public Builder endpointOverride(URI url) {
      if (url.getHost() == null
          || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        throw new IllegalArgumentException(
            "Not an endpoint: %s (write http://host:port or https://host)".formatted(url));
      }
      this.endpoint = Optional.of(url);
      return this;
    }

    /**
     * How many ranges of one layer are downloaded at a time; 4 by default. Ranges have equal sizes
     * from 1 MiB up, so a smaller layer is one. 0 and 1 download one after the other.
     */
    public Builder layerDownloadParallelism(int ranges) {
      this.parallelism = atLeast(0, ranges, "layerDownloadParallelism");
      return this;
    }

    /** How many ranges of all layers of all pulls are downloaded at a time; 16 by default. */
    public Builder maxDownloadConnections(int ranges) {
      this.connections = atLeast(1, ranges, "maxDownloadConnections");
      return this;
    }

    /** How much memory all downloads may use for what has not left yet; 64 MiB by default. */
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
    public Builder allowPrivateForeignLayerUrls(boolean yes) {
      this.allowPrivateForeignLayerUrls = yes;
      return this;
    }

    public EcrResolver build() {
      return new EcrResolver(this);
    }

    private static int atLeast(int least, int value, String option) {
      if (value < least) {
        throw new IllegalArgumentException(
            "%s is at least %,d, not %,d".formatted(option, least, value));
      }
      return value;
    }
  }
}
