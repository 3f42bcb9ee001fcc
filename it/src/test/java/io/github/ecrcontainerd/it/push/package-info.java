/** Tests of what goes to a registry: from a daemon, or from another registry. */
@NullMarked
package io.github.ecrcontainerd.it.push;

import org.jspecify.annotations.NullMarked;
