/**
 * How an image gets from one place to another: a source that it is read from, a {@link
 * io.github.ecrcontainerd.containerd.internal.transfer.Sink} that it is written to, and the queue
 * of its blobs between them.
 *
 * <p>A pull pairs a registry with the content store, a push the content store with a registry, a
 * direct copy two registries.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.transfer;

import org.jspecify.annotations.NullMarked;
