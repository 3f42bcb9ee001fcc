/** The progress of a pull, push or copy, and the ways to show it. */
@NullMarked
package io.github.ecrcontainerd.cli.progress;

import org.jspecify.annotations.NullMarked;
