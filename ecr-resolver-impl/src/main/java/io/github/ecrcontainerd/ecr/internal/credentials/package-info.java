/** Whose credentials sign the calls: where they are looked for, and why there are none. */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.credentials;

import org.jspecify.annotations.NullMarked;
