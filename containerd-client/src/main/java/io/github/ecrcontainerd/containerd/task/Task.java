package io.github.ecrcontainerd.containerd.task;

/**
 * The process of a container.
 *
 * @param containerId the ID of the container
 * @param pid its process ID on the host
 * @param state its state
 */
public record Task(String containerId, int pid, State state) {

  /** The state of a task. */
  public enum State {
    /** Created, but not started yet. */
    CREATED,
    /** Running. */
    RUNNING,
    /** Ended; its exit status can be fetched. */
    STOPPED,
    /** Frozen. */
    PAUSED,
    /** About to be frozen. */
    PAUSING,
    /** A state that this client doesn't know. */
    UNKNOWN
  }
}
