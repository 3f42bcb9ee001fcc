/**
 * A pull, as its data flows: resolve, walk the documents, bring the layers, unpack them, keep the
 * image.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.pull;

import org.jspecify.annotations.NullMarked;
