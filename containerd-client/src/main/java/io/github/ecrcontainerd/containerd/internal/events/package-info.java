/**
 * What the JDK's Flight Recorder is told of the daemon's side of a transfer. Nothing is recorded,
 * and an event is one small object, unless a recording asks for it. Names and fields are public:
 * docs/library.md has them.
 */
@NullMarked
package io.github.ecrcontainerd.containerd.internal.events;

import org.jspecify.annotations.NullMarked;
