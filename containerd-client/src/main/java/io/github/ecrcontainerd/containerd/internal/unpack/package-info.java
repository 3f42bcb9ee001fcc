/**
 * Layers become directory trees here, in the place of the daemon: an archive is read while it
 * arrives, and written where the daemon's snapshot lies. What this room doesn't know for sure to
 * end as the daemon would have it, the daemon does.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.unpack;

import org.jspecify.annotations.NullMarked;
