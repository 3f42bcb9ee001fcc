package io.github.ecrcontainerd.it.bench;

import java.util.List;
import java.util.function.Function;

/**
 * A line of the table of goals.
 *
 * @param name what it is about, for a reader who knows no more than the README
 * @param unit of its value
 * @param goal what the value has to be
 * @param values the runs' values, each of one round where the round has all that it needs
 * @param summary how they become one
 */
record Row(
    String name, String unit, Goal goal, Function<Results, List<Double>> values, Summary summary) {

  enum Summary {
    MEDIAN,
    LARGEST;

    double of(List<Double> values) {
      return this == MEDIAN
          ? Results.median(values)
          : values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
  }

  /** The row, measured. */
  Measured measure(Results results) {
    List<Double> runs = values.apply(results);
    double value = summary.of(runs);
    return new Measured(name, unit, goal, value, goal.isReached(value), runs);
  }

  /**
   * A measured row, as {@code target/bench.json} has it.
   *
   * @param runs the values of the runs that the value is the median (or the largest) of
   */
  record Measured(
      String name, String unit, Goal goal, double value, boolean reached, List<Double> runs) {}
}
