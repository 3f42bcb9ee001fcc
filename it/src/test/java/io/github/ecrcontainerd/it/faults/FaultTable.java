package io.github.ecrcontainerd.it.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What came of the cells that ran, as a table of Markdown: the document of reliability shows it.
 */
final class FaultTable {
  private final Map<Moment, Map<Incident, Map<Outcome, Integer>>> outcomes =
      new EnumMap<>(Moment.class);
  private int cells;
  private Duration longest = Duration.ZERO;

  void add(Cell cell, Outcome outcome, Duration took) {
    outcomes
        .computeIfAbsent(cell.moment(), moment -> new EnumMap<>(Incident.class))
        .computeIfAbsent(cell.incident(), incident -> new EnumMap<>(Outcome.class))
        .merge(outcome, 1, Integer::sum);
    cells++;
    longest = took.compareTo(longest) > 0 ? took : longest;
  }

  /** Writes the table, with a line about all of it. */
  void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, this + "\n");
  }

  @Override
  public String toString() {
    String moments =
        Stream.of(Moment.values()).map(Moment::toString).collect(Collectors.joining(" | "));
    return "%d cells, the longest %.1f s after its fault\n\n| | %s |\n|---%s|\n%s"
        .formatted(
            cells,
            longest.toMillis() / 1000.0,
            moments,
            "|---".repeat(Moment.values().length),
            Stream.of(Incident.values()).map(this::row).collect(Collectors.joining("\n")));
  }

  private String row(Incident incident) {
    return Stream.of(Moment.values())
        .map(moment -> entry(moment, incident))
        .collect(Collectors.joining(" | ", "| " + incident + " | ", " |"));
  }

  private String entry(Moment moment, Incident incident) {
    if (!incident.isPossible(moment)) {
      return "-";
    }
    return outcomes
        .getOrDefault(moment, Map.of())
        .getOrDefault(incident, Map.of())
        .entrySet()
        .stream()
        .map(entry -> entry.getValue() + " " + entry.getKey())
        .collect(Collectors.joining(", "));
  }
}
