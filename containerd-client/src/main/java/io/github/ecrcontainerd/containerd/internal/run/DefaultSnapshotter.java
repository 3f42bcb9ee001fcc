package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.namespace.Namespace;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import java.util.Optional;

/** Chooses the snapshotter for pulls and containers. */
public final class DefaultSnapshotter {
  private static final String LABEL = "containerd.io/defaults/snapshotter";
  private static final String OTHERWISE = "overlayfs";

  private DefaultSnapshotter() {}

  /**
   * Returns the named snapshotter; else the one in the namespace's label, as containerd's own
   * clients do; else {@code overlayfs}.
   *
   * @param named the application's choice; the command also takes it from CONTAINERD_SNAPSHOTTER
   * @param namespace the client's namespace
   */
  public static String choose(Optional<String> named, Namespaces namespaces, String namespace)
      throws InterruptedException {
    if (named.isPresent()) {
      return named.get();
    }
    return namespaces
        .get(namespace)
        .map(Namespace::labels)
        .map(labels -> labels.get(LABEL))
        .filter(label -> !label.isEmpty())
        .orElse(OTHERWISE);
  }
}
