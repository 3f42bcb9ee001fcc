package io.github.ecrcontainerd.containerd.image;

import io.github.ecrcontainerd.containerd.ContainerdException;
import io.github.ecrcontainerd.resolver.Descriptor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The image records of a namespace. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon refuses it or can't be reached, and
 * {@link InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Images {

  /** Returns the record of a name, if it exists. */
  Optional<Image> get(String name) throws InterruptedException;

  /**
   * Returns the records that match any of the filters, or all records without a filter.
   *
   * @param filters in containerd's language: {@code name~=busybox}
   */
  List<Image> list(String... filters) throws InterruptedException;

  /**
   * Creates a record.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#ALREADY_EXISTS} if a record
   *     with this name exists
   */
  Image create(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException;

  /**
   * Replaces a record's target and all its labels.
   *
   * @throws ContainerdException with {@link ContainerdException.Code#NOT_FOUND} if no record has
   *     this name
   */
  Image update(String name, Descriptor target, Map<String, String> labels)
      throws InterruptedException;

  /** Creates a record, or updates the existing one. */
  Image put(String name, Descriptor target, Map<String, String> labels) throws InterruptedException;

  /**
   * Deletes a record, without waiting for the garbage collection of content that only it kept.
   *
   * @return whether it existed
   */
  boolean delete(String name) throws InterruptedException;

  /**
   * Deletes a record, and waits for the garbage collection of content that only it kept.
   *
   * @return whether it existed
   */
  boolean deleteAndCollect(String name) throws InterruptedException;
}
