package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Resolver;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to push an image.
 *
 * <pre>{@code
 * PushOptions.builder().resolver(resolver).platform(Platform.parse("linux/arm64")).build()
 * }</pre>
 */
public final class PushOptions {
  private final Resolver resolver;
  private final Optional<Platform> platform;
  private final boolean foreignLayers;
  private final boolean withReferrers;
  private final PushListener listener;

  private PushOptions(Builder builder) {
    if (builder.resolver == null) {
      throw new IllegalStateException(
          "A push needs a resolver: PushOptions.builder().resolver(...)");
    }
    this.resolver = builder.resolver;
    this.platform = builder.platform;
    this.foreignLayers = builder.foreignLayers;
    this.withReferrers = builder.withReferrers;
    this.listener = builder.listener;
  }

  /** Options at their defaults, but for the resolver, which has none. */
  public static Builder builder() {
    return new Builder();
  }

  /** Writes the image. */
  public Resolver resolver() {
    return resolver;
  }

  /** Which of an index's images is pushed; empty for the index with all of them. */
  public Optional<Platform> platform() {
    return platform;
  }

  /** Whether layers that are not to be distributed are uploaded too. */
  public boolean foreignLayers() {
    return foreignLayers;
  }

  /** Whether what refers to the image is pushed too. */
  public boolean withReferrers() {
    return withReferrers;
  }

  /** Is told how the push goes. */
  public PushListener listener() {
    return listener;
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private @Nullable Resolver resolver;
    private Optional<Platform> platform = Optional.empty();
    private boolean foreignLayers;
    private boolean withReferrers;
    private PushListener listener = new PushListener() {};

    private Builder() {}

    /** Writes the image; stays the caller's to close. */
    public Builder resolver(Resolver destination) {
      this.resolver = destination;
      return this;
    }

    /**
     * Which of an index's images to push: its manifest becomes the root, and the tag names it. By
     * default the index is pushed with all that it names, and all of that has to be there.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Whether to upload layers whose media type says that they are not to be distributed (Docker's
     * foreign layers, OCI's non-distributable ones); false by default, as their license wants it:
     * who pulls the image finds them by their URLs.
     */
    public Builder foreignLayers(boolean yes) {
      this.foreignLayers = yes;
      return this;
    }

    /**
     * Whether to push what refers to the image too: signatures, SBOMs, attestations that {@link
     * PullOptions.Builder#withReferrers} brought; false by default.
     */
    public Builder withReferrers(boolean yes) {
      this.withReferrers = yes;
      return this;
    }

    /** Is told how the push goes. */
    public Builder listener(PushListener observer) {
      this.listener = observer;
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalStateException if there is no resolver
     */
    public PushOptions build() {
      return new PushOptions(this);
    }
  }
}
