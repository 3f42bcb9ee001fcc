/**
 * Counts the server's requests.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.count;

import org.jspecify.annotations.NullMarked;
