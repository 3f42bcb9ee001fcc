/**
 * What an image is: {@link io.github.ecrcontainerd.containerd.internal.image.ImageWalk} reads its
 * documents, once each, and makes an {@link
 * io.github.ecrcontainerd.containerd.internal.image.ImageGraph} of them. Pull, push, copy and run
 * use that graph; no other class reads the children of a document.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.image;

import org.jspecify.annotations.NullMarked;
