package io.github.ecrcontainerd.containerd.snapshot;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The snapshots of a namespace in one snapshotter. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Snapshots {

  /** The snapshotter: {@code overlayfs}, {@code native}, ... */
  String snapshotter();

  /**
   * Begins a snapshot that can be changed.
   *
   * @param key its key until it is committed
   * @param parent the committed snapshot that it stands on, {@code ""} for none
   * @return how to mount it
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if there is
   *     one of this key
   */
  List<Mount> prepare(String key, String parent, Map<String, String> labels)
      throws InterruptedException;

  /** The same, to be read only. */
  List<Mount> view(String key, String parent, Map<String, String> labels)
      throws InterruptedException;

  /**
   * How to mount a snapshot that was prepared or viewed.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if there is none
   */
  List<Mount> mounts(String key) throws InterruptedException;

  /**
   * Ends the changes of a prepared snapshot, and gives it a name that others can stand on.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if there is
   *     one of this name
   */
  void commit(String name, String key, Map<String, String> labels) throws InterruptedException;

  /**
   * Removes a snapshot, by key or name.
   *
   * @return whether there was one
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if others
   *     stand on it
   */
  boolean remove(String key) throws InterruptedException;

  /** A snapshot by key or name, if there is one. */
  Optional<SnapshotInfo> stat(String key) throws InterruptedException;

  /** The snapshots that match any of the filters; all of them without a filter. */
  List<SnapshotInfo> list(String... filters) throws InterruptedException;

  /**
   * What a snapshot takes.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if there is none
   */
  SnapshotUsage usage(String key) throws InterruptedException;
}
