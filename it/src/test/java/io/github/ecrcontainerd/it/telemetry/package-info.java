/** Tests of {@code ecr-telemetry}: what other projects' tools read of it. */
@NullMarked
package io.github.ecrcontainerd.it.telemetry;

import org.jspecify.annotations.NullMarked;
