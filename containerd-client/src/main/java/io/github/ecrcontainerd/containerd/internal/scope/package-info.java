/** What lasts as long as one operation, and no longer: its threads, its lease, its clean-up. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.scope;

import org.jspecify.annotations.NullMarked;
