/** How a pull, push or copy stands, and the ways to show it. */
@NullMarked
package io.github.ecrcontainerd.cli.progress;

import org.jspecify.annotations.NullMarked;
