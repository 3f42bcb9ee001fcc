package io.github.ecrcontainerd.resolver;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads manifests and blobs of one repository. Safe for use by several threads at once. */
public interface Fetcher {

  /**
   * Opens a manifest, an index or a blob at its first byte.
   *
   * @throws ResolverException if the repository has no such content, or can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  default BlobReader fetch(Descriptor descriptor) throws InterruptedException {
    return fetch(descriptor, 0);
  }

  /**
   * Opens it at an offset, to go on where an earlier transfer stopped.
   *
   * @param offset the first byte wanted, from 0 to the descriptor's size
   * @throws ResolverException if the repository has no such content, or can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  BlobReader fetch(Descriptor descriptor, long offset) throws InterruptedException;

  /**
   * The manifests that name this one as their subject: signatures, SBOMs, attestations (OCI
   * distribution specification, "Listing Referrers"). None where the registry keeps no such list.
   *
   * @throws ResolverException if the registry can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  default List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return List.of();
  }

  /**
   * The sizes of blobs whose size no descriptor says: Docker's schema 1 names its layers by nothing
   * but their digests.
   *
   * @return the size in bytes of each blob that the repository has; none of a fetcher that can't
   *     tell
   * @throws ResolverException if the registry can't be asked
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  default Map<Digest, Long> sizes(Collection<Digest> blobs) throws InterruptedException {
    return Map.of();
  }
}
