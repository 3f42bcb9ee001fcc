/** A push, and a copy between registries: a walk over the image, then a transfer to a registry. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.push;

import org.jspecify.annotations.NullMarked;
