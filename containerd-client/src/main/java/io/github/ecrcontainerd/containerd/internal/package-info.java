/** The implementation of the client. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal;

import org.jspecify.annotations.NullMarked;
