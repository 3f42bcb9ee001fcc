/** Uploads layers part by part. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.upload;

import org.jspecify.annotations.NullMarked;
