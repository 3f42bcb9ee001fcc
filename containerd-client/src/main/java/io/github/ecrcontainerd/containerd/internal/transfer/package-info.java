/**
 * The transfer of an image: a source that it is read from, a {@link
 * io.github.ecrcontainerd.containerd.internal.transfer.Sink} that it is written to, and the queue
 * of its blobs between them.
 *
 * <p>A pull transfers from a registry to the content store, a push from the content store to a
 * registry, and a direct copy between two registries.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.transfer;

import org.jspecify.annotations.NullMarked;
