/**
 * Programs of a page each, to be copied: what one does with the modules. {@code ExamplesIT} runs
 * them.
 */
@NullMarked
package io.github.ecrcontainerd.examples;

import org.jspecify.annotations.NullMarked;
