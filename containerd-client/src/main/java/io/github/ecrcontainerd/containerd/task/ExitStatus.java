package io.github.ecrcontainerd.containerd.task;

import java.time.Instant;

/**
 * How a task ended.
 *
 * @param code the program's exit code, or 128 plus the number of the signal that ended it
 * @param at when it ended
 */
public record ExitStatus(int code, Instant at) {}
