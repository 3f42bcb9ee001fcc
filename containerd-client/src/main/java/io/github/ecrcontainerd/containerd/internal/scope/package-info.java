/** Resources that last exactly as long as one operation: its threads, its lease, its clean-up. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.scope;

import org.jspecify.annotations.NullMarked;
