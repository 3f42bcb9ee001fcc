package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.resolver.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How to pull an image. Immutable.
 *
 * <pre>{@code
 * PullOptions.builder().platform(Platform.parse("linux/arm64")).build()
 * }</pre>
 */
public final class PullOptions {
  private final Optional<Platform> platform;
  private final boolean allPlatforms;
  private final boolean withReferrers;
  private final boolean unpack;
  private final Unpacking unpacking;
  private final boolean discardLayers;
  private final boolean schema1Conversion;
  private final Optional<String> snapshotter;
  private final List<String> names;
  private final boolean canonicalName;
  private final PullListener listener;

  private PullOptions(Builder builder) {
    this.platform = builder.platform;
    this.allPlatforms = builder.allPlatforms;
    this.withReferrers = builder.withReferrers;
    this.unpack = builder.unpack;
    this.unpacking = builder.unpacking;
    this.discardLayers = builder.discardLayers;
    this.schema1Conversion = builder.schema1Conversion;
    this.snapshotter = builder.snapshotter;
    this.names = List.copyOf(builder.names);
    this.canonicalName = builder.canonicalName;
    this.listener = builder.listener;
  }

  /** The default options. */
  public static PullOptions defaults() {
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
    builder.allPlatforms = allPlatforms;
    builder.withReferrers = withReferrers;
    builder.unpack = unpack;
    builder.unpacking = unpacking;
    builder.discardLayers = discardLayers;
    builder.schema1Conversion = schema1Conversion;
    builder.snapshotter = snapshotter;
    builder.names.addAll(names);
    builder.canonicalName = canonicalName;
    builder.listener = listener;
    return builder;
  }

  /** The platform whose image of an index is pulled; empty for this machine's. */
  public Optional<Platform> platform() {
    return platform;
  }

  /** Whether the content of all images of an index is fetched. */
  public boolean allPlatforms() {
    return allPlatforms;
  }

  /** Whether the image's referrers are fetched too. */
  public boolean withReferrers() {
    return withReferrers;
  }

  /** Whether layers are unpacked into snapshots. */
  public boolean unpack() {
    return unpack;
  }

  /** Which process creates the snapshots. */
  public Unpacking unpacking() {
    return unpacking;
  }

  /** Whether unpacked layers are kept only as snapshots. */
  public boolean discardLayers() {
    return discardLayers;
  }

  /** Whether an image of Docker's schema 1 is converted to schema 2. */
  public boolean schema1Conversion() {
    return schema1Conversion;
  }

  /** The snapshotter for the layers; empty for the namespace's default. */
  public Optional<String> snapshotter() {
    return snapshotter;
  }

  /** Additional names of the image. */
  public List<String> names() {
    return names;
  }

  /** Whether the image gets its canonical name. */
  public boolean canonicalName() {
    return canonicalName;
  }

  /** The listener of the pull. */
  public PullListener listener() {
    return listener;
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private Optional<Platform> platform = Optional.empty();
    private boolean allPlatforms;
    private boolean withReferrers;
    private boolean unpack = true;
    private Unpacking unpacking = Unpacking.AUTO;
    private boolean discardLayers;
    private boolean schema1Conversion;
    private Optional<String> snapshotter = Optional.empty();
    private final List<String> names = new ArrayList<>();
    private boolean canonicalName = true;
    private PullListener listener = new PullListener() {};

    private Builder() {}

    /**
     * Sets which image of an index to pull; by default the one for this machine. If the reference
     * names a single image for another platform, that is an error with this option, and a
     * {@linkplain PullListener#warning warning} without it.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Sets whether to fetch the content of all images of an index, so that the index can be pushed
     * elsewhere unchanged; false by default. Only the image of {@link #platform} is unpacked.
     */
    public Builder allPlatforms(boolean enabled) {
      this.allPlatforms = enabled;
      return this;
    }

    /**
     * Sets whether to fetch the image's referrers too, and their referrers: signatures, SBOMs,
     * attestations; false by default. Each gets its own image record, which keeps it until the
     * record is deleted. The record's name is the image's with {@code @} and the referrer's digest
     * instead of the tag. Its label {@code io.github.ecrcontainerd/subject} is the digest of the
     * subject.
     */
    public Builder withReferrers(boolean enabled) {
      this.withReferrers = enabled;
      return this;
    }

    /** Sets whether to unpack the layers, so that a container can start; true by default. */
    public Builder unpack(boolean enabled) {
      this.unpack = enabled;
      return this;
    }

    /**
     * Sets which process creates the snapshots; by default this one where it can, else the daemon.
     */
    public Builder unpacking(Unpacking by) {
      this.unpacking = by;
      return this;
    }

    /**
     * Sets whether unpacked layers are not kept as content; false by default. The image can run,
     * needs less disk space, and is pulled faster. It can't be pushed until a pull without this
     * option has fetched the missing layers. Layers of other images and of schema 1 images are
     * kept; without {@link #unpack}, all layers are. (CRI's name is {@code
     * discard_unpacked_layers}.)
     */
    public Builder discardLayers(boolean enabled) {
      this.discardLayers = enabled;
      return this;
    }

    /**
     * Sets whether to convert an image of Docker's schema 1 to schema 2: the image in containerd
     * then has a different digest than the one in the registry. False by default: such an image is
     * an error.
     */
    public Builder schema1Conversion(boolean enabled) {
      this.schema1Conversion = enabled;
      return this;
    }

    /**
     * Sets the snapshotter for the layers. The default is the namespace's label {@code
     * containerd.io/defaults/snapshotter}, or {@code overlayfs} without that label.
     */
    public Builder snapshotter(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("A snapshotter has a name, for example overlayfs");
      }
      this.snapshotter = Optional.of(name);
      return this;
    }

    /**
     * Adds names for the image, in addition to its canonical name and to the reference if that is
     * an image URI.
     */
    public Builder names(List<String> further) {
      further.stream()
          .filter(String::isBlank)
          .findAny()
          .ifPresent(
              blank -> {
                throw new IllegalArgumentException("The name of an image isn't empty");
              });
      this.names.addAll(further);
      return this;
    }

    /**
     * Sets whether the image gets its canonical name, {@code ecr.aws/arn:...}, by which the push of
     * a copy and the Go resolver find it; true by default. Without it another name is required: a
     * reference that is an image URI, or {@link #names}.
     */
    public Builder canonicalName(boolean enabled) {
      this.canonicalName = enabled;
      return this;
    }

    /** The listener of the pull. */
    public Builder listener(PullListener observer) {
      this.listener = observer;
      return this;
    }

    /** The options. */
    public PullOptions build() {
      return new PullOptions(this);
    }
  }
}
