/** The table of faults and moments, with real processes: what is left, and what goes on. */
@NullMarked
package io.github.ecrcontainerd.it.faults;

import org.jspecify.annotations.NullMarked;
