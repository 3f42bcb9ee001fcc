/** Which containerd it is, and what it is made of. */
@NullMarked
package io.github.ecrcontainerd.containerd.introspection;

import org.jspecify.annotations.NullMarked;
