/** Tasks: containers that run. */
@NullMarked
package io.github.ecrcontainerd.containerd.task;

import org.jspecify.annotations.NullMarked;
