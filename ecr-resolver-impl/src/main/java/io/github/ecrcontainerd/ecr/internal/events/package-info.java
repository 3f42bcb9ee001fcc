/**
 * What the JDK's Flight Recorder is told of the registry's side of a transfer. No event is made
 * before it has been asked to record. Names and fields are public: docs/library.md has them. No
 * field has a URL's query, a token or a key.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.events;

import org.jspecify.annotations.NullMarked;
