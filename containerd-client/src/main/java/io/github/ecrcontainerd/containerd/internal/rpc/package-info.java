/** Calls of the daemon: headers, deadlines, interrupts, and errors in the words of the client. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.rpc;

import org.jspecify.annotations.NullMarked;
