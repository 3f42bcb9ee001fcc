/** Images that are in the content store. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.image;

import org.jspecify.annotations.NullMarked;
