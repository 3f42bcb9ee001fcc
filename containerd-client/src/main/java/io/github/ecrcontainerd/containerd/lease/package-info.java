/** Leases, which protect the objects that are created under them from the garbage collector. */
@NullMarked
package io.github.ecrcontainerd.containerd.lease;

import org.jspecify.annotations.NullMarked;
