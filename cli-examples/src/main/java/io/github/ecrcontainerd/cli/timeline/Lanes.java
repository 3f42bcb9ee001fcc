package io.github.ecrcontainerd.cli.timeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Places spans on as few lanes as possible, so that no two spans of a lane overlap. */
final class Lanes {
  private final List<Instant> ends = new ArrayList<>();

  /** The lane of the next span. Spans have to come ordered by start. */
  int place(Span span) {
    for (int lane = 0; lane < ends.size(); lane++) {
      if (!ends.get(lane).isAfter(span.start())) {
        ends.set(lane, span.end());
        return lane;
      }
    }
    ends.add(span.end());
    return ends.size() - 1;
  }

  int count() {
    return ends.size();
  }
}
