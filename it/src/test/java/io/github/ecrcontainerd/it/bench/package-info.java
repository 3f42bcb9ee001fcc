/**
 * The benchmark that {@code bin/bench} runs. {@link io.github.ecrcontainerd.it.bench.Experiments}
 * is the list of what is measured and of the goals: to add a row, add it there.
 */
@NullMarked
package io.github.ecrcontainerd.it.bench;

import org.jspecify.annotations.NullMarked;
