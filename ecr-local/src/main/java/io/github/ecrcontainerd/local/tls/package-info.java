/**
 * The certificate that a server presents to its clients over TLS.
 *
 * <p>For this module only; users have {@link io.github.ecrcontainerd.local.EcrLocal}.
 */
@NullMarked
package io.github.ecrcontainerd.local.tls;

import org.jspecify.annotations.NullMarked;
