/**
 * The Flight Recorder events for the daemon's side of a transfer. No event is created before a
 * recording starts. Names and fields are public: docs/library.md documents them.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.events;

import org.jspecify.annotations.NullMarked;
