/**
 * The daemons that tests run on, and tests of the client for them. {@link
 * io.github.ecrcontainerd.it.daemon.PrivateContainerd} gives a test class a containerd of its own.
 */
@NullMarked
package io.github.ecrcontainerd.it.daemon;

import org.jspecify.annotations.NullMarked;
