/**
 * The model of an image: {@link io.github.ecrcontainerd.containerd.internal.image.ImageWalk} reads
 * its documents, once each, into an {@link
 * io.github.ecrcontainerd.containerd.internal.image.ImageGraph} of them. Pull, push, copy and run
 * use that graph; no other class reads the children of a document.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.image;

import org.jspecify.annotations.NullMarked;
