/**
 * The daemons of the tests, and tests of the client for them. {@link
 * io.github.ecrcontainerd.it.daemon.PrivateContainerd} gives a test class its own containerd.
 */
@NullMarked
package io.github.ecrcontainerd.it.daemon;

import org.jspecify.annotations.NullMarked;
