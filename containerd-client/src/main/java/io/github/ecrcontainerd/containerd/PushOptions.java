package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Platform;
import java.util.Optional;

/**
 * How to push an image, or to copy it between registries. Immutable.
 *
 * <pre>{@code
 * PushOptions.builder().withReferrers(true).build()
 * }</pre>
 */
public final class PushOptions {
  private final Optional<Platform> platform;
  private final boolean foreignLayers;
  private final boolean withReferrers;
  private final PushListener listener;

  private PushOptions(Builder builder) {
    this.platform = builder.platform;
    this.foreignLayers = builder.foreignLayers;
    this.withReferrers = builder.withReferrers;
    this.listener = builder.listener;
  }

  /** The default options. */
  public static PushOptions defaults() {
    return builder().build();
  }

  /** Returns a builder with default options. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns a builder with these options. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.platform = platform;
    builder.foreignLayers = foreignLayers;
    builder.withReferrers = withReferrers;
    builder.listener = listener;
    return builder;
  }

  /** The platform whose image of an index becomes the root; empty for the whole index. */
  public Optional<Platform> platform() {
    return platform;
  }

  /** Whether non-distributable layers are uploaded. */
  public boolean foreignLayers() {
    return foreignLayers;
  }

  /** Whether the image's referrers are pushed too. */
  public boolean withReferrers() {
    return withReferrers;
  }

  /** The listener of the push. */
  public PushListener listener() {
    return listener;
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private Optional<Platform> platform = Optional.empty();
    private boolean foreignLayers;
    private boolean withReferrers;
    private PushListener listener = new PushListener() {};

    private Builder() {}

    /**
     * Sets which image of an index to push: its manifest becomes the root, which the tag names. By
     * default the index is pushed with all its images, which must all be present.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Sets whether to upload layers with a non-distributable media type (Docker's foreign layers,
     * OCI's non-distributable layers); false by default, as their license demands. Clients download
     * such layers from their URLs.
     */
    public Builder foreignLayers(boolean enabled) {
      this.foreignLayers = enabled;
      return this;
    }

    /**
     * Sets whether to push the image's referrers too, and their referrers: signatures, SBOMs,
     * attestations; false by default. A push includes those that {@link
     * PullOptions.Builder#withReferrers a pull} fetched; a copy asks the registry.
     */
    public Builder withReferrers(boolean enabled) {
      this.withReferrers = enabled;
      return this;
    }

    /** Sets the listener of the push. */
    public Builder listener(PushListener observer) {
      this.listener = observer;
      return this;
    }

    /** The options. */
    public PushOptions build() {
      return new PushOptions(this);
    }
  }
}
