/** A client of containerd: its services, and moving images with them. */
@NullMarked
package io.github.ecrcontainerd.containerd;

import org.jspecify.annotations.NullMarked;
