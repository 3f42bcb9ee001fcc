package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolver;
import org.jspecify.annotations.Nullable;

/**
 * How to pull an image.
 *
 * <pre>{@code
 * PullOptions.builder().resolver(resolver).platform(Platform.parse("linux/arm64")).build()
 * }</pre>
 */
public final class PullOptions {
  private final Resolver resolver;
  private final Platform platform;
  private final boolean allPlatforms;
  private final boolean withReferrers;
  private final boolean unpack;
  private final boolean schema1Conversion;
  private final String snapshotter;
  private final PullListener listener;

  private PullOptions(Builder builder) {
    if (builder.resolver == null) {
      throw new IllegalStateException(
          "A pull needs a resolver: PullOptions.builder().resolver(...)");
    }
    this.resolver = builder.resolver;
    this.platform = builder.platform;
    this.allPlatforms = builder.allPlatforms;
    this.withReferrers = builder.withReferrers;
    this.unpack = builder.unpack;
    this.schema1Conversion = builder.schema1Conversion;
    this.snapshotter = builder.snapshotter;
    this.listener = builder.listener;
  }

  /** Options at their defaults, but for the resolver, which has none. */
  public static Builder builder() {
    return new Builder();
  }

  /** Finds and reads the image. */
  public Resolver resolver() {
    return resolver;
  }

  /** Which of an index's images is pulled. */
  public Platform platform() {
    return platform;
  }

  /** Whether the content of all of an index's images is brought. */
  public boolean allPlatforms() {
    return allPlatforms;
  }

  /** Whether what refers to the image is brought too. */
  public boolean withReferrers() {
    return withReferrers;
  }

  /** Whether layers become snapshots. */
  public boolean unpack() {
    return unpack;
  }

  /** Whether an image of Docker's schema 1 becomes one of schema 2. */
  public boolean schema1Conversion() {
    return schema1Conversion;
  }

  /** Whose snapshots. */
  public String snapshotter() {
    return snapshotter;
  }

  /** Is told how the pull goes. */
  public PullListener listener() {
    return listener;
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable Resolver resolver;
    private Platform platform = Platform.current();
    private boolean allPlatforms;
    private boolean withReferrers;
    private boolean unpack = true;
    private boolean schema1Conversion;
    private String snapshotter = "overlayfs";
    private PullListener listener = new PullListener() {};

    private Builder() {}

    /** Finds and reads the image; stays the caller's to close. */
    public Builder resolver(Resolver source) {
      this.resolver = source;
      return this;
    }

    /** Which of an index's images to pull; by default the one for this machine. */
    public Builder platform(Platform wanted) {
      this.platform = wanted;
      return this;
    }

    /**
     * Whether to bring the content of all of an index's images, so that the index can be pushed
     * elsewhere as it is; false by default. The one of {@link #platform} is unpacked.
     */
    public Builder allPlatforms(boolean yes) {
      this.allPlatforms = yes;
      return this;
    }

    /**
     * Whether to bring what refers to the image too, and what refers to that: signatures, SBOMs,
     * attestations; false by default. Each gets an image record of its own, which keeps it until it
     * is deleted: its name is the image's with {@code @} and the referrer's digest instead of the
     * tag, and its label {@code io.github.ecrcontainerd/subject} has the digest of what it refers
     * to.
     */
    public Builder withReferrers(boolean yes) {
      this.withReferrers = yes;
      return this;
    }

    /** Whether to unpack the layers, so that a container can start; true by default. */
    public Builder unpack(boolean yes) {
      this.unpack = yes;
      return this;
    }

    /**
     * Whether to make a schema 2 image of an image of Docker's schema 1: the image in containerd
     * then has another digest than the one in the registry. False by default, and such an image is
     * an error.
     */
    public Builder schema1Conversion(boolean yes) {
      this.schema1Conversion = yes;
      return this;
    }

    /** Where to unpack the layers; {@code overlayfs} by default. */
    public Builder snapshotter(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("A snapshotter has a name, for example overlayfs");
      }
      this.snapshotter = name;
      return this;
    }

    /** Is told how the pull goes. */
    public Builder listener(PullListener observer) {
      this.listener = observer;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalStateException if there is no resolver
     */
    public PullOptions build() {
      return new PullOptions(this);
    }
  }
}
