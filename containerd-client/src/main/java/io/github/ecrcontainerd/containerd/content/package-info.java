/** The content store: blobs by digest, and the ingests that become blobs. */
@NullMarked
package io.github.ecrcontainerd.containerd.content;

import org.jspecify.annotations.NullMarked;
