package io.github.ecrcontainerd.resolver;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A version of Windows, as images state it: {@code 10.0.17763.1234}.
 *
 * @param numbers its parts; empty if the text is not a version
 */
record WindowsBuild(List<Integer> numbers) implements Comparable<WindowsBuild> {
  private static final Pattern VERSION = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9}){0,5}");
  private static final int SERVER_2022 = 20348;
  private static final int SERVER_2025 = 26100;

  static WindowsBuild of(String version) {
    if (!VERSION.matcher(version).matches()) {
      return new WindowsBuild(List.of());
    }
    return new WindowsBuild(Arrays.stream(version.split("\\.")).map(Integer::valueOf).toList());
  }

  /**
   * Whether a host of this version runs a container of another version (Microsoft, "Windows
   * container version compatibility", by process isolation). A host runs containers of its own
   * build, and from Server 2022 on also of the builds since the previous long-term release. The
   * fourth number, the revision, doesn't matter. As in containerd, a host version of fewer than
   * three numbers runs every container.
   */
  boolean runs(WindowsBuild container) {
    if (numbers.size() < 3) {
      return true;
    }
    if (container.numbers.size() < 3
        || !numbers.subList(0, 2).equals(container.numbers.subList(0, 2))) {
      return false;
    }
    int host = numbers.get(2);
    int other = container.numbers.get(2);
    if (host < SERVER_2022) {
      return host == other;
    }
    return other <= host && other >= (host > SERVER_2025 ? SERVER_2025 : SERVER_2022);
  }

  @Override
  public int compareTo(WindowsBuild other) {
    return Arrays.compare(numbers.toArray(Integer[]::new), other.numbers.toArray(Integer[]::new));
  }
}
