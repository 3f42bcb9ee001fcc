package io.github.ecrcontainerd.containerd.snapshot;

import java.time.Instant;
import java.util.Map;

/**
 * A snapshot.
 *
 * @param name its key, or its name once it is committed: the chain ID of a layer, usually
 * @param parent the committed snapshot that it stands on, {@code ""} for none
 * @param kind its state
 * @param createdAt when it was prepared
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
    /** To be read through mounts. */
    VIEW,
    /** To be changed through mounts. */
    ACTIVE,
    /** Finished: others stand on it. */
    COMMITTED,
    /** One that this client doesn't know. */
    UNKNOWN
  }
}
