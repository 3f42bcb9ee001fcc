package io.github.ecrcontainerd.containerd.introspection;

import java.util.OptionalLong;

/**
 * The process of the daemon.
 *
 * @param uuid its ID, which is stored in its root directory and stays the same as long as that
 *     directory does
 * @param pid its process ID, if the daemon reports it (since containerd 1.7)
 */
public record Server(String uuid, OptionalLong pid) {}
