/**
 * Tests of the whole, against real daemons. {@link io.github.ecrcontainerd.it.PrivateContainerd}
 * gives a test class a containerd of its own.
 */
@NullMarked
package io.github.ecrcontainerd.it;

import org.jspecify.annotations.NullMarked;
