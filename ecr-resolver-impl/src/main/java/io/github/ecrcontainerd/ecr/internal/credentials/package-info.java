/** Finds the credentials that sign the calls, and explains why there are none. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.credentials;

import org.jspecify.annotations.NullMarked;
