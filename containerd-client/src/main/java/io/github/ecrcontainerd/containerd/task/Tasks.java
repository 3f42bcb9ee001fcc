package io.github.ecrcontainerd.containerd.task;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import java.util.List;
import java.util.Optional;

/**
 * The tasks of a namespace. A container has at most one. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Tasks {

  /**
   * Creates the task of a container: mounts its file system and creates its namespaces, but doesn't
   * start its program. During the call the daemon opens the FIFOs, and waits until their other ends
   * are open.
   *
   * @param rootfs the mounts of its snapshot
   * @return its process ID on the host
   */
  int create(String containerId, List<Mount> rootfs, Stdio stdio) throws InterruptedException;

  /** Starts the program of a task. */
  void start(String containerId) throws InterruptedException;

  /** Waits without a limit until a task has ended. */
  ExitStatus await(String containerId) throws InterruptedException;

  /**
   * Sends a signal to the first process of a task.
   *
   * @param signal the signal's number: 9 is SIGKILL, 15 SIGTERM
   * @return whether the process existed
   */
  boolean kill(String containerId, int signal) throws InterruptedException;

  /**
   * Removes a task that has ended.
   *
   * @return its exit status; empty if there is no such task
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it is
   *     still running
   */
  Optional<ExitStatus> delete(String containerId) throws InterruptedException;

  /** Returns the task of a container, if it exists. */
  Optional<Task> get(String containerId) throws InterruptedException;

  /** Returns all tasks. */
  List<Task> list() throws InterruptedException;
}
