package io.github.ecrcontainerd.containerd.task;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.containerd.snapshot.Mount;
import java.util.List;
import java.util.Optional;

/**
 * The tasks of a namespace: each container has one at most. Safe for use by several threads at
 * once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Tasks {

  /**
   * Makes the task of a container: its file system is mounted and its namespaces exist, and nothing
   * runs in them yet. The daemon opens the FIFOs meanwhile, and waits for their other ends.
   *
   * @param rootfs the mounts of its snapshot
   * @return its process on the host
   */
  int create(String containerId, List<Mount> rootfs, Stdio stdio) throws InterruptedException;

  /** Starts its program. */
  void start(String containerId) throws InterruptedException;

  /** Waits until it has ended, for as long as it takes. */
  ExitStatus await(String containerId) throws InterruptedException;

  /**
   * Sends a signal to its first process.
   *
   * @param signal the signal's number: 9 is SIGKILL, 15 SIGTERM
   * @return whether there was a process to get it
   */
  boolean kill(String containerId, int signal) throws InterruptedException;

  /**
   * Removes a task that has ended.
   *
   * @return how it ended; empty if there is none
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it
   *     still runs
   */
  Optional<ExitStatus> delete(String containerId) throws InterruptedException;

  /** The task of a container, if it has one. */
  Optional<Task> get(String containerId) throws InterruptedException;

  /** All of them. */
  List<Task> list() throws InterruptedException;
}
