/**
 * Unpacks layers in place of the daemon: reads an archive while it arrives, and writes it into the
 * directory of the daemon's snapshot. The daemon unpacks archives for which the same result is not
 * certain.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.unpack;

import org.jspecify.annotations.NullMarked;
