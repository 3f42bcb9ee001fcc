package io.github.ecrcontainerd.containerd.snapshot;

import java.util.List;

/**
 * How a snapshot, or a part of one, is mounted.
 *
 * @param type {@code overlay}, {@code bind}, ...: mount(8)'s
 * @param source what is mounted
 * @param target where in the root file system; {@code ""} for its root
 * @param options mount(8)'s
 */
public record Mount(String type, String source, String target, List<String> options) {
  public Mount {
    options = List.copyOf(options);
  }
}
