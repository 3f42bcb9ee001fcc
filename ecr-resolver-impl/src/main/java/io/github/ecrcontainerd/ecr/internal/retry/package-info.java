/** When to retry: one rule for downloads, uploads and API calls. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.retry;

import org.jspecify.annotations.NullMarked;
