package io.github.ecrcontainerd.resolver;

import java.util.Collection;
import java.util.Set;

/** Writes manifests and blobs into one repository. Safe for use by several threads at once. */
public interface Pusher {

  /**
   * Returns those of the given blobs that the repository does not have yet.
   *
   * @throws ResolverException if the request fails; with {@link ResolverException.Code#CONFLICT} if
   *     the repository has a blob with another size than its descriptor states
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  Set<Digest> missing(Collection<Descriptor> blobs) throws InterruptedException;

  /**
   * Checks whether {@link #putRoot} can succeed, before anything is uploaded for it. Sends no
   * request.
   *
   * @throws ResolverException with {@link ResolverException.Code#CONFLICT} if the reference names
   *     another digest
   */
  default void checkRoot(Descriptor root) {}

  /**
   * Begins to write a blob.
   *
   * @throws ResolverException if the registry refuses it
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  BlobWriter write(Descriptor blob) throws InterruptedException;

  /**
   * Puts a manifest or index without a tag. Its blobs and children must be in the repository
   * already.
   *
   * @throws ResolverException if the registry refuses it
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void putManifest(Descriptor manifest, byte[] content) throws InterruptedException;

  /**
   * Puts the root of the image, under the reference's tag if it has one. If the repository already
   * has this root under the same tag, the call succeeds.
   *
   * @throws ResolverException if the registry refuses it, with {@link
   *     ResolverException.Code#CONFLICT} if the tag is immutable and names another image, or the
   *     reference names another digest
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void putRoot(Descriptor root, byte[] content) throws InterruptedException;
}
