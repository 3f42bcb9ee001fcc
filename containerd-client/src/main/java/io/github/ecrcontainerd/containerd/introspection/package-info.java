/** The version, process and plugins of the daemon. */
@NullMarked
package io.github.ecrcontainerd.containerd.introspection;

import org.jspecify.annotations.NullMarked;
