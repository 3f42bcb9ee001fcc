package io.github.ecrcontainerd.containerd.task;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The FIFOs between a task and its client, who makes them; what there is none for is {@code
 * /dev/null}.
 *
 * @param stdin from which the daemon reads what the task reads
 * @param stdout into which it writes what the task prints
 * @param stderr the same of errors
 */
public record Stdio(Optional<Path> stdin, Optional<Path> stdout, Optional<Path> stderr) {

  /** None. */
  public static final Stdio NONE = new Stdio(Optional.empty(), Optional.empty(), Optional.empty());
}
