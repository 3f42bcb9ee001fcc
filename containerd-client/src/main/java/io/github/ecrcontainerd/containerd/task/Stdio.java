package io.github.ecrcontainerd.containerd.task;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The FIFOs between a task and its client, which the client creates. A stream without a FIFO is
 * {@code /dev/null}.
 *
 * @param stdin the FIFO of the task's standard input, which the daemon reads
 * @param stdout the FIFO of its standard output, which the daemon writes
 * @param stderr the FIFO of its standard error, which the daemon writes
 */
public record Stdio(Optional<Path> stdin, Optional<Path> stdout, Optional<Path> stderr) {

  /** No FIFOs. */
  public static final Stdio NONE = new Stdio(Optional.empty(), Optional.empty(), Optional.empty());
}
