package io.github.ecrcontainerd.containerd.internal.run;

import io.github.ecrcontainerd.containerd.namespace.Namespace;
import io.github.ecrcontainerd.containerd.namespace.Namespaces;
import java.util.Optional;

/** Which snapshotter a pull unpacks into and a container runs from. */
public final class DefaultSnapshotter {
  private static final String LABEL = "containerd.io/defaults/snapshotter";
  private static final String OTHERWISE = "overlayfs";

  private DefaultSnapshotter() {}

  /**
   * The one that was named; else the one that the namespace's label names, as for containerd's own
   * clients; else {@code overlayfs}.
   *
   * @param named by the application; the command also takes it from CONTAINERD_SNAPSHOTTER
   * @param namespace the client's own
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
