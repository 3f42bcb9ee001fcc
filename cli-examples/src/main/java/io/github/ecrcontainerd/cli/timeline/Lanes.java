package io.github.ecrcontainerd.cli.timeline;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Spans side by side where they overlap, on as few lanes as that takes. */
final class Lanes {
  private final List<Instant> ends = new ArrayList<>();

  /** The lane of the next span, in the order of their beginnings. */
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
