package io.github.ecrcontainerd.resolver;

import java.util.Collection;
import java.util.Set;

/** Writes manifests and blobs into one repository. Safe for use by several threads at once. */
public interface Pusher {

  /**
   * Which of these blobs the repository does not have yet.
   *
   * @throws ResolverException if the registry can't be asked; with {@link
   *     ResolverException.Code#CONFLICT} if one that is there has another size than its descriptor
   *     states
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  Set<Digest> missing(Collection<Descriptor> blobs) throws InterruptedException;

  /**
   * Says whether {@link #putRoot} can be right, before anything is uploaded for it. Asks nothing of
   * the registry.
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
   * Puts a manifest or index whose blobs and children are there already, without a tag.
   *
   * @throws ResolverException if the registry refuses it
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void putManifest(Descriptor manifest, byte[] content) throws InterruptedException;

  /**
   * Puts the root of the image, under the reference's tag if it has one. A root that is there
   * already, under the same tag, is success.
   *
   * @throws ResolverException if the registry refuses it, with {@link
   *     ResolverException.Code#CONFLICT} if the tag is immutable and names another image, or the
   *     reference names another digest
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  void putRoot(Descriptor root, byte[] content) throws InterruptedException;
}
