/** Tasks: the running processes of containers. */
@NullMarked
package io.github.ecrcontainerd.containerd.task;

import org.jspecify.annotations.NullMarked;
