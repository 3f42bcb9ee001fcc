/** Image records: a name, and the descriptor of what it names. */
@NullMarked
package io.github.ecrcontainerd.containerd.image;

import org.jspecify.annotations.NullMarked;
