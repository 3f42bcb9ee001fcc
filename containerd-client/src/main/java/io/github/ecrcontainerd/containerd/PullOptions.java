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

  /** Every option at its default. */
  public static PullOptions defaults() {
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

  /** Which of an index's images is pulled; empty for the one of this machine. */
  public Optional<Platform> platform() {
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

  /** Who makes the snapshots. */
  public Unpacking unpacking() {
    return unpacking;
  }

  /** Whether unpacked layers are in their snapshots alone. */
  public boolean discardLayers() {
    return discardLayers;
  }

  /** Whether an image of Docker's schema 1 becomes one of schema 2. */
  public boolean schema1Conversion() {
    return schema1Conversion;
  }

  /** Where the layers are unpacked; empty for the default of the namespace. */
  public Optional<String> snapshotter() {
    return snapshotter;
  }

  /** Further names that the image is kept under. */
  public List<String> names() {
    return names;
  }

  /** Whether the image is kept under its canonical name. */
  public boolean canonicalName() {
    return canonicalName;
  }

  /** Is told how the pull goes. */
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
     * Which of an index's images to pull; by default the one for this machine. Where the reference
     * names no index but one image, an image for another platform than this one is an error;
     * without this option it is a {@linkplain PullListener#warning warning}.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Whether to bring the content of all of an index's images, so that the index can be pushed
     * elsewhere as it is; false by default. The one of {@link #platform} is unpacked.
     */
    public Builder allPlatforms(boolean enabled) {
      this.allPlatforms = enabled;
      return this;
    }

    /**
     * Whether to bring what refers to the image too, and what refers to that: signatures, SBOMs,
     * attestations; false by default. Each gets an image record of its own, which keeps it until it
     * is deleted: its name is the image's with {@code @} and the referrer's digest instead of the
     * tag, and its label {@code io.github.ecrcontainerd/subject} has the digest of what it refers
     * to.
     */
    public Builder withReferrers(boolean enabled) {
      this.withReferrers = enabled;
      return this;
    }

    /** Whether to unpack the layers, so that a container can start; true by default. */
    public Builder unpack(boolean enabled) {
      this.unpack = enabled;
      return this;
    }

    /** Who is to make the snapshots; by default this process where it can, else the daemon. */
    public Builder unpacking(Unpacking by) {
      this.unpacking = by;
      return this;
    }

    /**
     * Whether layers that are unpacked are not kept as content, too; false by default. The image
     * runs, and takes less of the disk and of the pull's time. It can't be pushed before a pull
     * without this option has brought what is missing. Layers of other images, and those of an
     * image of Docker's schema 1, are kept; without {@link #unpack}, all are. (CRI calls it {@code
     * discard_unpacked_layers}.)
     */
    public Builder discardLayers(boolean enabled) {
      this.discardLayers = enabled;
      return this;
    }

    /**
     * Whether to make a schema 2 image of an image of Docker's schema 1: the image in containerd
     * then has another digest than the one in the registry. False by default, and such an image is
     * an error.
     */
    public Builder schema1Conversion(boolean enabled) {
      this.schema1Conversion = enabled;
      return this;
    }

    /**
     * Where to unpack the layers. By default the label {@code containerd.io/defaults/snapshotter}
     * of the namespace says so; without it that is {@code overlayfs}.
     */
    public Builder snapshotter(String name) {
      if (name.isBlank()) {
        throw new IllegalArgumentException("A snapshotter has a name, for example overlayfs");
      }
      this.snapshotter = Optional.of(name);
      return this;
    }

    /**
     * Adds names that the image is kept under, beside its canonical one and the image URI that the
     * reference was written as.
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
     * Whether to keep the image under its canonical name, {@code ecr.aws/arn:...}, which the push
     * of a copy and the Go resolver find it by; true by default. Without it there has to be another
     * name: a reference that is an image's URI, or {@link #names}.
     */
    public Builder canonicalName(boolean enabled) {
      this.canonicalName = enabled;
      return this;
    }

    /** Is told how the pull goes. */
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
