/**
 * The integration tests on one daemon after the other, for {@code bin/verify}: {@link
 * io.github.ecrcontainerd.it.matrix.Matrix} is the program that it starts.
 */
@NullMarked
package io.github.ecrcontainerd.it.matrix;

import org.jspecify.annotations.NullMarked;
