package io.github.ecrcontainerd.cli.progress;

import java.util.List;

/**
 * The progress of the whole transfer at one moment.
 *
 * @param items in the order in which they became known
 * @param moved the transferred bytes, including those of failed requests; without those that were
 *     there before
 * @param nanos the time so far
 */
record Status(Direction direction, List<Item> items, long moved, long nanos) {
  private static final double NANOS = 1e9;

  /** The number of all bytes that are known of. */
  long total() {
    return items.stream().mapToLong(Item::size).sum();
  }

  /** How many of these bytes the destination has. */
  long position() {
    return items.stream().mapToLong(Item::position).sum();
  }

  double seconds() {
    return nanos / NANOS;
  }
}
