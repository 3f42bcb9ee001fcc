/** Hostile input for parsers of documents, and for the client of a daemon. */
@NullMarked
package io.github.ecrcontainerd.containerd.fuzz;

import org.jspecify.annotations.NullMarked;
