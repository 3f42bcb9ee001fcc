package io.github.ecrcontainerd.containerd.snapshot;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The snapshots of a namespace in one snapshotter. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Snapshots {

  /** The name of the snapshotter: {@code overlayfs}, {@code native}, ... */
  String snapshotter();

  /**
   * Creates a writable snapshot.
   *
   * @param key its key until it is committed
   * @param parent its committed parent snapshot, {@code ""} for none
   * @return its mounts
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if a snapshot
   *     with this key exists
   */
  List<Mount> prepare(String key, String parent, Map<String, String> labels)
      throws InterruptedException;

  /** Creates a read-only snapshot; otherwise as {@link #prepare}. */
  List<Mount> view(String key, String parent, Map<String, String> labels)
      throws InterruptedException;

  /**
   * Returns the mounts of a prepared or viewed snapshot.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if it doesn't exist
   */
  List<Mount> mounts(String key) throws InterruptedException;

  /**
   * Makes a prepared snapshot immutable, under a name that other snapshots can have as parent.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if a snapshot
   *     with this name exists
   */
  void commit(String name, String key, Map<String, String> labels) throws InterruptedException;

  /**
   * Removes a snapshot, by key or name.
   *
   * @return whether it existed
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it is
   *     the parent of others
   */
  boolean remove(String key) throws InterruptedException;

  /** Returns the snapshot of a key or name, if it exists. */
  Optional<SnapshotInfo> stat(String key) throws InterruptedException;

  /** Returns the snapshots that match any of the filters, or all snapshots without a filter. */
  List<SnapshotInfo> list(String... filters) throws InterruptedException;

  /**
   * Returns the disk usage of a snapshot.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if it doesn't exist
   */
  SnapshotUsage usage(String key) throws InterruptedException;
}
