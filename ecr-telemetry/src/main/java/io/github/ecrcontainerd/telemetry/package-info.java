/**
 * Spans and metrics of pulls, pushes and copies. {@link
 * io.github.ecrcontainerd.telemetry.EcrOpenTelemetry} sends them to OpenTelemetry, {@link
 * io.github.ecrcontainerd.telemetry.EcrMicrometer} sends the metrics to Micrometer. Each needs only
 * its own API on the class path. docs/library.md lists the names.
 */
@NullMarked
package io.github.ecrcontainerd.telemetry;

import org.jspecify.annotations.NullMarked;
