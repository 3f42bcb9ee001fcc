package io.github.ecrcontainerd.containerd.snapshot;

import java.time.Instant;
import java.util.Map;

/**
 * A snapshot.
 *
 * @param name its key, or its name once it is committed, usually the chain ID of a layer
 * @param parent its committed parent snapshot, {@code ""} for none
 * @param kind its state
 * @param createdAt when it was created
 * @param updatedAt when it last changed
 * @param labels free text by key
 */
public record SnapshotInfo(
    String name,
    String parent,
    Kind kind,
    Instant createdAt,
    Instant updatedAt,
    Map<String, String> labels) {
  public SnapshotInfo {
    labels = Map.copyOf(labels);
  }

  /** The state of a snapshot. */
  public enum Kind {
    /** Read-only through mounts. */
    VIEW,
    /** Writable through mounts. */
    ACTIVE,
    /** Immutable, and a possible parent of other snapshots. */
    COMMITTED,
    /** A state that this client doesn't know. */
    UNKNOWN
  }
}
