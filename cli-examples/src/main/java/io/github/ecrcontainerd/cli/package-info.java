/** The command line: short programs over the public API, to be read as examples of it. */
@NullMarked
package io.github.ecrcontainerd.cli;

import org.jspecify.annotations.NullMarked;
