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
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface ContentStore {

  /** What the store knows of a blob, if it has it. */
  Optional<ContentInfo> info(Digest digest) throws InterruptedException;

  /**
   * Sets labels of a blob and leaves its others; an empty value removes a label.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if there is no such
   *     blob
   */
  ContentInfo updateLabels(Digest digest, Map<String, String> labels) throws InterruptedException;

  /**
   * The blobs that match any of the filters; all of them without a filter.
   *
   * @param filters in containerd's language: {@code
   *     labels."containerd.io/uncompressed"==sha256:...}
   */
  List<ContentInfo> list(String... filters) throws InterruptedException;

  /**
   * Removes a blob from the namespace.
   *
   * @return whether there was one
   */
  boolean delete(Digest digest) throws InterruptedException;

  /**
   * Reads a blob from an offset to its end; asks the daemon at the first {@code read}, which throws
   * a {@link ContainerdException} with {@link ContainerdException.Code#NOT_FOUND} if there is no
   * such blob. The daemon verified the blob when it was committed, not while it is read.
   */
  BlobReader read(Digest digest, long offset);

  /**
   * The same, up to the end of a part of it. Where the blob ends before that, the {@code read}
   * after its last byte throws {@link ContainerdException.Code#OUT_OF_RANGE}.
   *
   * @param size how many bytes, at least one
   */
  BlobReader read(Digest digest, long offset, long size);

  /**
   * All bytes of a small blob: a manifest, a configuration.
   *
   * @param most how many bytes at most
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if there is no such
   *     blob, and {@link ContainerdException.Code#RESOURCE_EXHAUSTED} if it has more bytes
   */
  byte[] readAll(Digest digest, int most) throws InterruptedException;

  /**
   * Opens an ingest, behind the bytes that an earlier one of the same ref has left. While another
   * writer has the ref, this waits for it as long as it makes progress.
   *
   * @param ref the name of the ingest: {@code layer-<digest>}, and so on, as other clients call it
   * @param expected the digest of all bytes
   * @param size their number
   * @return empty if the store has the blob already; under a lease, the lease then has it too
   * @throws ContainerdException with {@link ContainerdException.Code#UNAVAILABLE} if another writer
   *     holds the ref and makes no progress
   */
  Optional<Ingest> ingest(String ref, Digest expected, long size) throws InterruptedException;

  /** How far an ingest is, if there is one of this ref. */
  Optional<IngestStatus> status(String ref) throws InterruptedException;

  /** The ingests that match any of the filters; all of them without a filter. */
  List<IngestStatus> statuses(String... filters) throws InterruptedException;

  /**
   * Gives up an ingest and its bytes.
   *
   * @return whether there was one
   */
  boolean abort(String ref) throws InterruptedException;
}
