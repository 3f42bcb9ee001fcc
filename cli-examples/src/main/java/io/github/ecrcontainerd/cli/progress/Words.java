package io.github.ecrcontainerd.cli.progress;

import java.util.Collection;
import java.util.Locale;

/** Formats numbers for people. */
final class Words {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};
  private static final int MINUTE = 60;
  private static final int HOUR = 3600;
  private static final int LONGEST_HOURS = 99;

  private Words() {}

  /** A part of a whole, both in the whole's unit: {@code 12.3/64.2 MiB}. */
  static String of(long part, long whole) {
    int unit = 0;
    double scale = 1;
    while (whole / scale >= 1024 && unit < UNITS.length - 1) {
      scale *= 1024;
      unit++;
    }
    return unit == 0
        ? "%d/%d B".formatted(part, whole)
        : String.format(Locale.ROOT, "%.1f/%.1f %s", part / scale, whole / scale, UNITS[unit]);
  }

  static String bytes(Collection<Item> items) {
    return Size.of(items.stream().mapToLong(Item::size).sum());
  }

  /** {@code 0:23}, {@code 1:02:03}. */
  static String time(double seconds) {
    if (seconds > LONGEST_HOURS * (double) HOUR) {
      return ">%d h".formatted(LONGEST_HOURS);
    }
    long rounded = Math.round(Math.ceil(seconds));
    long minutes = rounded / MINUTE;
    return rounded < HOUR
        ? "%d:%02d".formatted(minutes, rounded % MINUTE)
        : "%d:%02d:%02d".formatted(rounded / HOUR, minutes % MINUTE, rounded % MINUTE);
  }

  static String throttling(News.Throttling throttling) {
    return "note: Amazon ECR throttles %s: calls wait for its quota"
        .formatted(throttling.operation());
  }

  /** The bytes and the time of the whole transfer. */
  static String summary(Status status) {
    return String.format(Locale.ROOT, "  %s in %.1f s", Size.of(status.moved()), status.seconds());
  }
}
