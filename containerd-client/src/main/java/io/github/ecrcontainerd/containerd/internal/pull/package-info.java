/**
 * A pull, in the order of its steps: resolve, walk the documents, transfer the layers, unpack them,
 * create the image records.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.pull;

import org.jspecify.annotations.NullMarked;
