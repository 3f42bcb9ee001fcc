package io.github.ecrcontainerd.containerd.image;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The image records of a namespace. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't do it or can't be asked, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Images {

  /** The record of a name, if there is one. */
  Optional<Image> get(String name) throws InterruptedException;

  /**
   * The records that match any of the filters; all of them without a filter.
   *
   * @param filters in containerd's language: {@code name~=busybox}
   */
  List<Image> list(String... filters) throws InterruptedException;

  /**
   * Makes a record.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if there is
   *     one of this name
   */
  Image create(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException;

  /**
   * Gives a record another target, and these labels instead of those that it had.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if there is none of
   *     this name
   */
  Image update(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException;

  /** Makes a record, or updates the one that is there. */
  Image put(String name, Descriptor target, Map<String, String> labels) throws InterruptedException;

  /**
   * Deletes a record: what it alone kept will be collected, without waiting for that.
   *
   * @return whether there was one
   */
  boolean delete(String name) throws InterruptedException;

  /**
   * Deletes a record and waits until what it alone kept is gone.
   *
   * @return whether there was one
   */
  boolean deleteAndCollect(String name) throws InterruptedException;
}
