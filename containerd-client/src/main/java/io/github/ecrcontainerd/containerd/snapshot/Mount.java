package io.github.ecrcontainerd.containerd.snapshot;

import java.util.List;

/**
 * How a snapshot, or a part of one, is mounted.
 *
 * @param type the type for mount(8): {@code overlay}, {@code bind}, ...
 * @param source the source of the mount
 * @param target the path in the root file system; {@code ""} for its root
 * @param options the options for mount(8)
 */
public record Mount(String type, String source, String target, List<String> options) {
  public Mount {
    options = List.copyOf(options);
  }
}
