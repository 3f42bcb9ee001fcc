package io.github.ecrcontainerd.it.matrix;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The results of test classes, by daemon. */
final class Table {
  private final Map<Daemon, Map<String, ClassResult>> columns = new LinkedHashMap<>();

  /**
   * A cell, as in {@code target/daemons.json}.
   *
   * @param daemon its name
   * @param test the class
   * @param outcome {@code passed}, {@code failed} or {@code skipped}: the worst of its tests
   * @param reason the tests with that outcome, and why; empty if they passed
   */
  record Outcome(String daemon, String test, String outcome, String reason) {

    private Outcome(Daemon daemon, ClassResult result) {
      this(daemon.name(), result.test(), result.outcome(), result.reason());
    }

    @Override
    public String toString() {
      return "%s, %s %s: %s".formatted(daemon, test, outcome, reason);
    }
  }

  Table(List<Daemon> daemons) {
    daemons.forEach(daemon -> columns.put(daemon, new TreeMap<>()));
  }

  void add(Daemon daemon, ClassResult result) {
    column(daemon).put(result.test(), result);
  }

  private Map<String, ClassResult> column(Daemon daemon) {
    return columns.computeIfAbsent(daemon, added -> new TreeMap<>());
  }

  /** How many tests passed. */
  int passed() {
    return columns.values().stream()
        .flatMap(column -> column.values().stream())
        .mapToInt(ClassResult::passed)
        .sum();
  }

  private Set<String> tests() {
    Set<String> tests = new TreeSet<>();
    columns.values().forEach(column -> tests.addAll(column.keySet()));
    return tests;
  }

  /** All cells. */
  List<Outcome> outcomes() {
    List<Outcome> outcomes = new ArrayList<>();
    columns.forEach(
        (daemon, column) ->
            column.values().forEach(result -> outcomes.add(new Outcome(daemon, result))));
    return outcomes;
  }

  /** The table for a terminal. A class that doesn't run on a daemon has an empty cell there. */
  List<String> lines() {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("test class"));
    columns.keySet().forEach(daemon -> head.add(daemon.name()));
    rows.add(head);
    for (String test : tests()) {
      List<String> row = new ArrayList<>(List.of(test));
      for (Map<String, ClassResult> column : columns.values()) {
        @Nullable ClassResult result = column.get(test);
        row.add(result == null ? "" : result.counts());
      }
      rows.add(row);
    }
    int[] widths = new int[head.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length() + 2);
    }
    return line.toString().stripTrailing();
  }

  /**
   * The results that are not as required, one line each.
   *
   * @param asked the names of the requested classes; if empty, all
   */
  List<String> complaints(List<String> asked) {
    List<String> complaints = new ArrayList<>();
    columns.forEach(
        (daemon, column) -> {
          if (column.isEmpty() && asked.isEmpty()) {
            complaints.add("no test ran on " + daemon.name());
          }
          column.values().stream()
              .filter(result -> !result.isRight())
              .map(result -> new Outcome(daemon, result))
              .map(Outcome::toString)
              .forEach(complaints::add);
        });
    asked.stream()
        .filter(test -> !tests().contains(test))
        .forEach(test -> complaints.add("there is no test class " + test));
    return complaints;
  }
}
