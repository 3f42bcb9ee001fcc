/**
 * Repositories on disk: each is an OCI image layout (the OCI image specification's {@code
 * image-layout} document), so that skopeo and similar tools can read and write the same
 * directories.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.store;

import org.jspecify.annotations.NullMarked;
