/** Namespaces, which each have their own images, content, snapshots and containers. */
@NullMarked
package io.github.ecrcontainerd.containerd.namespace;

import org.jspecify.annotations.NullMarked;
