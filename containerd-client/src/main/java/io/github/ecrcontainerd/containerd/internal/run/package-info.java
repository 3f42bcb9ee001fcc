/** Running a container, step by step. */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.run;

import org.jspecify.annotations.NullMarked;
