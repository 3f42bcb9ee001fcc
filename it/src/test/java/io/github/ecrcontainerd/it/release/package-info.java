/** What applications depend on, as Maven and others see it. */
@NullMarked
package io.github.ecrcontainerd.it.release;

import org.jspecify.annotations.NullMarked;
