/** Leases, which keep what is made under them from the garbage collector. */
@NullMarked
package io.github.ecrcontainerd.containerd.lease;

import org.jspecify.annotations.NullMarked;
