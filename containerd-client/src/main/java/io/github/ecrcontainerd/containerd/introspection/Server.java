package io.github.ecrcontainerd.containerd.introspection;

import java.util.OptionalLong;

/**
 * The process of the daemon.
 *
 * @param uuid its name, the same for as long as its root directory is
 * @param pid its process, where the daemon tells it (since containerd 1.7)
 */
public record Server(String uuid, OptionalLong pid) {}
