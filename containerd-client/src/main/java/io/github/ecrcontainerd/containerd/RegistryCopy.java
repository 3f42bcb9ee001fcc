package io.github.ecrcontainerd.containerd;

import io.github.ecrcontainerd.containerd.internal.image.RemoteImage;
import io.github.ecrcontainerd.containerd.internal.push.PushOperation;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.EcrReference;
import io.github.ecrcontainerd.resolver.Resolver;
import io.github.ecrcontainerd.resolver.ResolverException;

/**
 * Copies images from registry to registry as a stream, without containerd or a disk. Only the bytes
 * of a layer that are in transit are in memory. It is in this package because it reads the
 * documents of images.
 *
 * <pre>{@code
 * try (Resolver resolver = EcrResolver.create()) {
 *   RegistryCopy.between(resolver, resolver).run(
 *       "ecr.aws/arn:aws:ecr:us-west-2:123456789012:repository/app:1.4",
 *       "ecr.aws/arn:aws:ecr:eu-west-1:210987654321:repository/app:1.4");
 * }
 * }</pre>
 *
 * <p>Content that the destination has is not transferred again. All digests stay the same. Safe for
 * use by several threads at once.
 */
public final class RegistryCopy {
  private final Resolver source;
  private final Resolver destination;

  private RegistryCopy(Resolver source, Resolver destination) {
    this.source = source;
    this.destination = destination;
  }

  /**
   * Returns a copy between two registries, or within one if both are the same.
   *
   * @param source resolves and reads images; the caller closes it
   * @param destination writes them; the caller closes it
   */
  public static RegistryCopy between(Resolver source, Resolver destination) {
    return new RegistryCopy(source, destination);
  }

  /** Copies an image with default options: {@link #run(String, String, PushOptions)}. */
  public Descriptor run(String from, String to) throws InterruptedException {
    return run(from, to, PushOptions.defaults());
  }

  /**
   * Copies an image. If a copy fails, the destination's tag is unchanged. Uploaded blobs stay, and
   * the next copy skips them.
   *
   * @param from the image, in a form that the source understands
   * @param to the destination's reference, in a form that the destination understands
   * @return what the destination's tag names now
   * @throws IllegalArgumentException if a reference is malformed
   * @throws ResolverException if a registry doesn't have it, refuses it, or can't be reached
   * @throws ImageException if the image is malformed, damaged, or not for the platform
   * @throws InterruptedException if the thread is interrupted: the copy ends as after an error
   */
  public Descriptor run(String from, String to, PushOptions options) throws InterruptedException {
    return run(RemoteImage.of(from, source), RemoteImage.of(to, destination), options);
  }

  /** Copies an image by parsed references: {@link #run(String, String, PushOptions)}. */
  public Descriptor run(EcrReference from, EcrReference to, PushOptions options)
      throws InterruptedException {
    return run(RemoteImage.of(from, source), RemoteImage.of(to, destination), options);
  }

  /**
   * Returns what a copy would transfer, and stores nothing. Manifests and indexes count as missing,
   * because a copy always puts them.
   *
   * @throws IllegalArgumentException if a reference is malformed
   * @throws ResolverException if a registry doesn't have it, would refuse it, or can't be reached
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
