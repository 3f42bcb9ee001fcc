package io.github.ecrcontainerd.containerd.snapshot;

/**
 * What a snapshot takes, without its parents.
 *
 * @param size bytes
 * @param inodes files
 */
public record SnapshotUsage(long size, long inodes) {}
