package io.github.ecrcontainerd.containerd.container;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;
import java.util.Optional;

/**
 * The container records of a namespace. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Containers {

  /** Returns the record of an ID, if it exists. */
  Optional<Container> get(String id) throws InterruptedException;

  /** Returns the records that match any of the filters, or all records without a filter. */
  List<Container> list(String... filters) throws InterruptedException;

  /**
   * Creates a record with the runtime runc. Nothing runs until {@code Tasks.create} and {@code
   * Tasks.start}.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if a record
   *     with this ID exists
   */
  Container create(NewContainer container) throws InterruptedException;

  /**
   * Deletes a record.
   *
   * @return whether it existed
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it has
   *     a task
   */
  boolean delete(String id) throws InterruptedException;
}
