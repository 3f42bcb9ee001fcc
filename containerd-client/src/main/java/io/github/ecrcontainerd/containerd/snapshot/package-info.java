/** Snapshots, the unpacked layers of root file systems. */
@NullMarked
package io.github.ecrcontainerd.containerd.snapshot;

import org.jspecify.annotations.NullMarked;
