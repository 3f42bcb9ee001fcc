package io.github.ecrcontainerd.containerd.lease;

/**
 * An object that a lease protects.
 *
 * @param type {@code content}, {@code ingests} or {@code snapshots/<snapshotter>}
 * @param id a digest, the ref of an ingest, or the key of a snapshot
 */
public record LeaseResource(String type, String id) {}
