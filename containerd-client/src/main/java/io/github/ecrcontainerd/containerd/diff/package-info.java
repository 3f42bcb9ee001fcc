/** Applying layers to mounted snapshots. */
@NullMarked
package io.github.ecrcontainerd.containerd.diff;

import org.jspecify.annotations.NullMarked;
