/** Namespaces, which have images, content, snapshots and containers of their own. */
@NullMarked
package io.github.ecrcontainerd.containerd.namespace;

import org.jspecify.annotations.NullMarked;
