package io.github.ecrcontainerd.containerd.introspection;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;

/**
 * Information about the daemon. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't be reached, and {@link
 * InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Introspection {

  /** Returns the version of containerd. */
  Version version() throws InterruptedException;

  /** Returns the daemon's process. */
  Server server() throws InterruptedException;

  /**
   * Returns the plugins that match any of the filters, or all plugins without a filter.
   *
   * @param filters in containerd's language: {@code type==io.containerd.snapshotter.v1}
   */
  List<Plugin> plugins(String... filters) throws InterruptedException;
}
