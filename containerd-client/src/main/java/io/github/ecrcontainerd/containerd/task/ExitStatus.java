package io.github.ecrcontainerd.containerd.task;

import java.time.Instant;

/**
 * How a task ended.
 *
 * @param code what its program returned, or 128 and the number of the signal that ended it
 * @param at when
 */
public record ExitStatus(int code, Instant at) {}
