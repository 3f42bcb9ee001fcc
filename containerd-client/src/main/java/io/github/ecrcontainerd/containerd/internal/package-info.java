/** How the client is made of its parts. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal;

import org.jspecify.annotations.NullMarked;
