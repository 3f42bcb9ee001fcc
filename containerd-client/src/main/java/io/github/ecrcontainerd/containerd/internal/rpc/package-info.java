/**
 * Calls to the daemon: headers, deadlines, interrupts, and conversion of errors to the client's
 * exceptions.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.rpc;

import org.jspecify.annotations.NullMarked;
