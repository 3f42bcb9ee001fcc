/** Tests of what comes into a daemon, and of containers that run it. */
@NullMarked
package io.github.ecrcontainerd.it.pull;

import org.jspecify.annotations.NullMarked;
