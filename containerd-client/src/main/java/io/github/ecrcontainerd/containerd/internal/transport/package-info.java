/** The transport to the daemon: a connection over a unix socket, and gRPC's channel over that. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.transport;

import org.jspecify.annotations.NullMarked;
