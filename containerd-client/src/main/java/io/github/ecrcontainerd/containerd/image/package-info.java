/** Image records: a name, and the descriptor of its target. */
@NullMarked
package io.github.ecrcontainerd.containerd.image;

import org.jspecify.annotations.NullMarked;
