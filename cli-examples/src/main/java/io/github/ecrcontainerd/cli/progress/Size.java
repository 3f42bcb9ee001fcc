package io.github.ecrcontainerd.cli.progress;

import java.util.Locale;

/** Bytes, for people. */
public final class Size {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

  private Size() {}

  /** A number of bytes in the largest unit of which there is at least one. */
  public static String of(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
  }
}
