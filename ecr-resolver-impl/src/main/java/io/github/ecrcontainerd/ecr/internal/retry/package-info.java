/** When to try again what failed: the one rule for downloads, uploads and calls of the API. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.retry;

import org.jspecify.annotations.NullMarked;
