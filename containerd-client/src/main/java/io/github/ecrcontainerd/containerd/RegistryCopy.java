package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.push.PushOperation;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;

/**
 * Copies images from registry to registry as a stream: no containerd, no disk, and of a layer only
 * what is on its way. It stands here because it reads the documents of images; it needs no daemon.
 *
 * <pre>{@code
 * try (Resolver resolver = EcrResolver.create()) {
 *   RegistryCopy.between(resolver, resolver).run(
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

  private RegistryCopy(Resolver source, Resolver destination) {
    this.source = source;
    this.destination = destination;
  }

  /**
   * A copy between registries, or within one where both are the same.
   *
   * @param source finds and reads images; stays the caller's to close
   * @param destination writes them; stays the caller's to close
   */
  public static RegistryCopy between(Resolver source, Resolver destination) {
    return new RegistryCopy(source, destination);
  }

  /**
   * Copies an image with every option at its default: {@link #run(String, String, PushOptions)}.
   */
  public Descriptor run(String from, String to) throws InterruptedException {
    return run(from, to, PushOptions.defaults());
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
  public Descriptor run(String from, String to, PushOptions options) throws InterruptedException {
    return run(RemoteImage.of(from, source), RemoteImage.of(to, destination), options);
  }

  /** The same by references that were made in code: {@link #run(String, String, PushOptions)}. */
  public Descriptor run(EcrReference from, EcrReference to, PushOptions options)
      throws InterruptedException {
    return run(RemoteImage.of(from, source), RemoteImage.of(to, destination), options);
  }

  /**
   * Says what a copy would transfer, and stores nothing. Manifests and indexes count as missing: a
   * copy puts them in any case.
   *
   * @throws IllegalArgumentException if a reference is malformed
   * @throws ResolverException if a registry doesn't have it, wouldn't take it, or can't be asked
   * @throws ImageException if the image is malformed, damaged, or not for the platform
   * @throws InterruptedException if the thread is interrupted
   */
  public TransferPlan plan(String from, String to, PushOptions options)
      throws InterruptedException {
    return new PushOperation(RemoteImage.of(to, destination), options)
        .planFromRegistry(RemoteImage.of(from, source));
  }

  private static Descriptor run(RemoteImage from, RemoteImage to, PushOptions options)
      throws InterruptedException {
    return new PushOperation(to, options).fromRegistry(from);
  }
}
