package io.github.ecrcontainerd.containerd.task;

/**
 * The process of a container.
 *
 * @param containerId whose
 * @param pid its number on the host
 * @param state how it is
 */
public record Task(String containerId, int pid, State state) {

  /** How a task is. */
  public enum State {
    /** Made, and waiting to be started. */
    CREATED,
    /** Running. */
    RUNNING,
    /** Ended; its exit status waits to be fetched. */
    STOPPED,
    /** Frozen. */
    PAUSED,
    /** About to be frozen. */
    PAUSING,
    /** In a state that this client doesn't know. */
    UNKNOWN
  }
}
