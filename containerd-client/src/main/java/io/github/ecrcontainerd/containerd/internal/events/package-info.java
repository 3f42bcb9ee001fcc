/**
 * What the JDK's Flight Recorder is told of the daemon's side of a transfer. No event is made
 * before it has been asked to record. Names and fields are public: docs/library.md has them.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.events;

import org.jspecify.annotations.NullMarked;
