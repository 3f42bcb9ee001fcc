package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.internal.image.ResolvedFetcher;
import io.github.ecrcontainerd.containerd.internal.push.ImageTransfer;
import io.github.ecrcontainerd.containerd.internal.push.RegistrySource;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.Platform;
import io.github.ecrcontainerd.resolver.Pusher;
import io.github.ecrcontainerd.resolver.Resolution;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;
import java.util.Optional;

/**
 * Copies images from registry to registry as a stream: no containerd, no disk, and of a layer only
 * what is on its way. It stands here because it reads the documents of images; it needs no daemon.
 *
 * <pre>{@code
 * try (Resolver resolver = EcrResolver.create()) {
 *   RegistryCopy.between(resolver, resolver).build().run(
 *       "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:1.4",
 *       "ecr.aws/arn:aws:ecr:eu-west-1:210987654321:repository/app:1.4");
 * }
 * }</pre>
 *
 * <p>What the destination has is not read again. All digests stay the same. Safe for use by several
 * threads at once.
 */
public final class RegistryCopy {
  private final Resolver source;
  private final Resolver destination;
  private final ImageTransfer transfer;

  private RegistryCopy(Builder builder) {
    this.source = builder.source;
    this.destination = builder.destination;
    this.transfer =
        new ImageTransfer(
            builder.platform, builder.foreignLayers, builder.withReferrers, builder.listener);
  }

  /**
   * A copy between registries, or within one where both are the same.
   *
   * @param source finds and reads images; stays the caller's to close
   * @param destination writes them; stays the caller's to close
   */
  public static Builder between(Resolver source, Resolver destination) {
    return new Builder(source, destination);
  }

  /**
   * Copies an image. Where that fails the tag of the destination names what it named before; blobs
   * that have come stay, and are not copied again.
   *
   * @param from the image, in a form that the source understands
   * @param to where it is to be, in a form that the destination understands
   * @return what the tag of the destination names now
   * @throws IllegalArgumentException if a reference is malformed
   * @throws ResolverException if a registry doesn't have it, doesn't take it, or can't be asked
   * @throws ImageException if the image is malformed, damaged, or not for the platform
   * @throws InterruptedException if the thread is interrupted: the copy ends as after an error
   */
  public Descriptor run(String from, String to) throws InterruptedException {
    Pusher pusher = destination.pusher(to);
    Resolution image = source.resolve(from);
    // Not by the canonical name: it doesn't say which kind of endpoint the reference asks for.
    return transfer.run(
        new RegistrySource(new ResolvedFetcher(source.fetcher(from), image)),
        image.target(),
        pusher);
  }

  /** Collects options. Not safe for use by several threads. */
  public static final class Builder {
    private final Resolver source;
    private final Resolver destination;
    private Optional<Platform> platform = Optional.empty();
    private boolean foreignLayers;
    private boolean withReferrers;
    private PushListener listener = new PushListener() {};

    private Builder(Resolver source, Resolver destination) {
      this.source = source;
      this.destination = destination;
    }

    /**
     * Which of an index's images to copy: its manifest becomes the root. By default the index is
     * copied with all that it names.
     */
    public Builder platform(Platform wanted) {
      this.platform = Optional.of(wanted);
      return this;
    }

    /**
     * Whether to copy layers whose media type says that they are not to be distributed; false by
     * default.
     */
    public Builder foreignLayers(boolean yes) {
      this.foreignLayers = yes;
      return this;
    }

    /**
     * Whether to copy what refers to the image too, and what refers to that: signatures, SBOMs,
     * attestations; false by default.
     */
    public Builder withReferrers(boolean yes) {
      this.withReferrers = yes;
      return this;
    }

    /** Is told how the copy goes. */
    public Builder listener(PushListener observer) {
      this.listener = observer;
      return this;
    }

    public RegistryCopy build() {
      return new RegistryCopy(this);
    }
  }
}
