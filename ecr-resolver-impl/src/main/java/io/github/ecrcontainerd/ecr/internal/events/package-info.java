/**
 * Events of the registry's side of a transfer, for the JDK's Flight Recorder. No event is created
 * before a recording is started. Names and fields are public: docs/library.md lists them. No field
 * contains a URL's query, a token or a key.
 */
@NullMarked
package io.github.ecrcontainerd.ecr.internal.events;

import org.jspecify.annotations.NullMarked;
