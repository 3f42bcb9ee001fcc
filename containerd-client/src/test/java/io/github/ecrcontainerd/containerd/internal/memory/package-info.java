/** A registry and a containerd in memory, for tests of what goes between them. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.memory;

import org.jspecify.annotations.NullMarked;
