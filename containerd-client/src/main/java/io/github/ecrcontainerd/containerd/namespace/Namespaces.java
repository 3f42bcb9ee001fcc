package io.github.ecrcontainerd.containerd.namespace;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The namespaces of a daemon. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Namespaces {

  /** Returns the namespace of a name, if it exists. */
  Optional<Namespace> get(String name) throws InterruptedException;

  /** Returns all namespaces. */
  List<Namespace> list() throws InterruptedException;

  /**
   * Creates a namespace. This is optional: the first object in a namespace creates it.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if a namespace
   *     with this name exists
   */
  Namespace create(String name, Map<String, String> labels) throws InterruptedException;

  /**
   * Deletes an empty namespace.
   *
   * @return whether it existed
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it is
   *     not empty; the message names what is left in it
   */
  boolean delete(String name) throws InterruptedException;
}
