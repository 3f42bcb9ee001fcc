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

  /** Every option at its default. */
  public static PushOptions defaults() {
    return builder().build();
  }

  /** Options at their defaults, to be changed. */
  public static Builder builder() {
    return new Builder();
  }

  /** These options, to be changed. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.platform = platform;
    builder.foreignLayers = foreignLayers;
    builder.withReferrers = withReferrers;
    builder.listener = listener;
    return builder;
  }

  /** Which of an index's images becomes the root; empty for the index with all of them. */
  public Optional<Platform> platform() {
    return platform;
  }

  /** Whether layers that are not to be distributed are uploaded. */
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
    private Optional<Platform> platform = Optional.empty();
    private boolean foreignLayers;
    private boolean withReferrers;
    private PushListener listener = new PushListener() {};

    private Builder() {}

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
     * foreign layers, OCI's non-distributable ones); false by default, as their license demands: a
     * puller finds them by their URLs.
     */
    public Builder foreignLayers(boolean enabled) {
      this.foreignLayers = enabled;
      return this;
    }

    /**
     * Whether to push what refers to the image too, and what refers to that: signatures, SBOMs,
     * attestations; false by default. A push knows those that {@link
     * PullOptions.Builder#withReferrers a pull} brought; a copy asks the registry.
     */
    public Builder withReferrers(boolean enabled) {
      this.withReferrers = enabled;
      return this;
    }

    /** Is told how it goes. */
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
