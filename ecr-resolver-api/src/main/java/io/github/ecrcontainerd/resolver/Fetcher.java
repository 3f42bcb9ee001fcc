package io.github.ecrcontainerd.resolver;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads manifests and blobs of one repository. Safe for use by several threads at once. */
public interface Fetcher {

  /**
   * Opens a manifest, an index or a blob at its first byte.
   *
   * @throws ResolverException if the repository has no such content, or the request fails
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  default BlobReader fetch(Descriptor descriptor) throws InterruptedException {
    return fetch(descriptor, 0);
  }

  /**
   * Opens content at an offset, to resume an earlier transfer.
   *
   * @param offset the first byte wanted, from 0 to the descriptor's size
   * @throws ResolverException if the repository has no such content, or the request fails
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  BlobReader fetch(Descriptor descriptor, long offset) throws InterruptedException;

  /**
   * Returns the manifests that name this one as their subject: signatures, SBOMs, attestations (OCI
   * distribution specification, "Listing Referrers"). Empty if the registry keeps no such list.
   *
   * @throws ResolverException if the request fails
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  default List<Descriptor> referrers(Descriptor subject) throws InterruptedException {
    return List.of();
  }

  /**
   * Returns the sizes of blobs that have no descriptor. Docker's schema 1 names its layers by
   * digest only.
   *
   * @return the size in bytes of each blob that the repository has; empty from a fetcher that can't
   *     determine sizes
   * @throws ResolverException if the request fails
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  default Map<Digest, Long> sizes(Collection<Digest> blobs) throws InterruptedException {
    return Map.of();
  }
}
