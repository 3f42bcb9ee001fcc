/** Running a container, step by step. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.container;

import org.jspecify.annotations.NullMarked;
