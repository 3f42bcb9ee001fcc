package io.github.ecrcontainerd.it.faults;

import java.util.ArrayList;
import java.util.List;

/**
 * A cell of the table.
 *
 * @param parallelism how many ranges of a layer are downloaded at a time
 */
record Cell(Moment moment, Incident incident, int parallelism) {

  /** All cells that are possible. */
  static List<Cell> all() {
    List<Cell> all = new ArrayList<>();
    for (Moment moment : Moment.values()) {
      for (Incident incident : Incident.values()) {
        if (incident.isPossible(moment)) {
          for (int parallelism : new int[] {1, 4, 16}) {
            all.add(new Cell(moment, incident, parallelism));
          }
        }
      }
    }
    return List.copyOf(all);
  }

  @Override
  public String toString() {
    return "%s, %s, parallelism %d".formatted(moment, incident, parallelism);
  }
}
