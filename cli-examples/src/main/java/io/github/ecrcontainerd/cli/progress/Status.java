package io.github.ecrcontainerd.cli.progress;

import java.util.List;

/**
 * How all of it stands at one moment.
 *
 * @param items in the order in which they became known
 * @param moved the bytes that travelled, also those of what failed; none of what was there before
 * @param nanos how long it has taken
 */
record Status(Direction direction, List<Item> items, long moved, long nanos) {
  private static final double NANOS = 1e9;

  /** The bytes of all that is known. */
  long total() {
    return items.stream().mapToLong(Item::size).sum();
  }

  /** How many of these the destination has. */
  long position() {
    return items.stream().mapToLong(Item::position).sum();
  }

  double seconds() {
    return nanos / NANOS;
  }
}
