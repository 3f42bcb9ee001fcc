package io.github.ecrcontainerd.containerd.container;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;
import java.util.Optional;

/**
 * The container records of a namespace. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Containers {

  /** A record by ID, if there is one. */
  Optional<Container> get(String id) throws InterruptedException;

  /** The records that match any of the filters; all of them without a filter. */
  List<Container> list(String... filters) throws InterruptedException;

  /**
   * Makes a record, to be run by runc. Nothing runs yet: {@code Tasks.create}.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if there is
   *     one of this ID
   */
  Container create(NewContainer container) throws InterruptedException;

  /**
   * Deletes a record.
   *
   * @return whether there was one
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it has
   *     a task
   */
  boolean delete(String id) throws InterruptedException;
}
