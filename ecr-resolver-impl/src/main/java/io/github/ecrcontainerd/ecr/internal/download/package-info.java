/** Layers, read in parallel ranges and handed on in order, in a fixed amount of memory. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.download;

import org.jspecify.annotations.NullMarked;
