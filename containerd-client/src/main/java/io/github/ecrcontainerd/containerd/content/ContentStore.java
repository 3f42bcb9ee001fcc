package io.github.ecrcontainerd.containerd.content;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.resolver.BlobReader;
import io.github.ecrcontainerd.resolver.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The blobs of a namespace, by their digests. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface ContentStore {

  /** Returns a blob's metadata, if the store has the blob. */
  Optional<ContentInfo> info(Digest digest) throws InterruptedException;

  /**
   * Sets labels of a blob and keeps its other labels; an empty value removes a label.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if the blob doesn't
   *     exist
   */
  ContentInfo updateLabels(Digest digest, Map<String, String> labels) throws InterruptedException;

  /**
   * Returns the blobs that match any of the filters, or all blobs without a filter.
   *
   * @param filters in containerd's language: {@code
   *     labels."containerd.io/uncompressed"==sha256:...}
   */
  List<ContentInfo> list(String... filters) throws InterruptedException;

  /**
   * Removes a blob from the namespace.
   *
   * @return whether it existed
   */
  boolean delete(Digest digest) throws InterruptedException;

  /**
   * Reads a blob from an offset to its end. The first {@code read} sends the request, and throws a
   * {@link ContainerdException} with {@link ContainerdException.Code#NOT_FOUND} if the blob doesn't
   * exist. The daemon verified the blob when it was committed, not while it is read.
   */
  BlobReader read(Digest digest, long offset);

  /**
   * Reads a part of a blob. If the blob ends before the part does, the {@code read} after its last
   * byte throws {@link ContainerdException.Code#OUT_OF_RANGE}.
   *
   * @param size how many bytes, at least one
   */
  BlobReader read(Digest digest, long offset, long size);

  /**
   * Returns all bytes of a small blob, such as a manifest or a configuration.
   *
   * @param most the maximum number of bytes
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if the blob doesn't
   *     exist, and {@link ContainerdException.Code#RESOURCE_EXHAUSTED} if it has more bytes
   */
  byte[] readAll(Digest digest, int most) throws InterruptedException;

  /**
   * Opens an ingest, which resumes after the bytes of an earlier ingest with the same ref. If
   * another writer holds the ref, this waits as long as that writer makes progress.
   *
   * @param ref the name of the ingest, in the form that other clients use: {@code layer-<digest>}
   *     and so on
   * @param expected the digest of the whole blob
   * @param size the size of the whole blob
   * @return empty if the store has the blob already; a lease, if any, then protects it too
   * @throws ContainerdException with {@link ContainerdException.Code#UNAVAILABLE} if another writer
   *     holds the ref and makes no progress
   */
  Optional<Ingest> ingest(String ref, Digest expected, long size) throws InterruptedException;

  /** Returns the status of the ingest with this ref, if it exists. */
  Optional<IngestStatus> status(String ref) throws InterruptedException;

  /** Returns the ingests that match any of the filters, or all ingests without a filter. */
  List<IngestStatus> statuses(String... filters) throws InterruptedException;

  /**
   * Aborts an ingest and discards its bytes.
   *
   * @return whether it existed
   */
  boolean abort(String ref) throws InterruptedException;
}
