package io.github.ecrcontainerd.containerd.introspection;

import io.github.ecrcontainerd.containerd.ContainerdException;
import java.util.List;

/**
 * What the daemon tells of itself. Safe for use by several threads at once.
 *
 * <p>Each call throws {@link ContainerdException} if the daemon can't be asked, and {@link
 * InterruptedException} if the thread is interrupted while it waits for the answer.
 */
public interface Introspection {

  /** Which containerd it is. */
  Version version() throws InterruptedException;

  /** Its process. */
  Server server() throws InterruptedException;

  /**
   * The plugins that match any of the filters; all of them without a filter.
   *
   * @param filters in containerd's language: {@code type==io.containerd.snapshotter.v1}
   */
  List<Plugin> plugins(String... filters) throws InterruptedException;
}
