package io.github.ecrcontainerd.containerd.namespace;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The namespaces of a daemon. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Namespaces {

  /** A namespace by name, if there is one. */
  Optional<Namespace> get(String name) throws InterruptedException;

  /** All of them. */
  List<Namespace> list() throws InterruptedException;

  /**
   * Makes a namespace. There is no need to: the first thing that is put into one makes it.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if there is
   *     one of this name
   */
  Namespace create(String name, Map<String, String> labels) throws InterruptedException;

  /**
   * Deletes an empty namespace.
   *
   * @return whether there was one
   * @throws ContainerdException with {@link ContainerdException.Code#FAILED_PRECONDITION} if it is
   *     not empty; the message says of what
   */
  boolean delete(String name) throws InterruptedException;
}
