/**
 * The second port: serves layers at presigned URLs, as S3 does.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.layers;

import org.jspecify.annotations.NullMarked;
