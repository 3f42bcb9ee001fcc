/**
 * A push, as its data flows: read the documents, ask what is missing, upload the blobs, put the
 * manifests. Where the bytes come from is a {@link
 * io.github.ecrcontainerd.containerd.internal.push.Source}: the content store, or another registry.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.push;

import org.jspecify.annotations.NullMarked;
