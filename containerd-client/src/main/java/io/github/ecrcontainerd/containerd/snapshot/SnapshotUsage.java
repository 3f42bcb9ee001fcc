package io.github.ecrcontainerd.containerd.snapshot;

/**
 * The disk usage of a snapshot, without its parents.
 *
 * @param size the number of bytes
 * @param inodes the number of inodes
 */
public record SnapshotUsage(long size, long inodes) {}
