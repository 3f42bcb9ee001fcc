/**
 * A thousand nodes that pull at once: simulated in virtual time, and fewer of them as processes.
 */
@NullMarked
package io.github.ecrcontainerd.it.fleet;

import org.jspecify.annotations.NullMarked;
