/** JMH benchmarks of the inner loops: {@code bin/bench jmh}. */
@NullMarked
package io.github.ecrcontainerd.it.bench.jmh;

import org.jspecify.annotations.NullMarked;
