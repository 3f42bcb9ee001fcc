/**
 * One-page programs that show how to use the modules, to be copied. {@code ExamplesIT} runs them.
 */
@NullMarked
package io.github.ecrcontainerd.examples;

import org.jspecify.annotations.NullMarked;
