/** Container records, the runtime specification, and running a container. */
@NullMarked
package io.github.ecrcontainerd.containerd.container;

import org.jspecify.annotations.NullMarked;
