package io.github.ecrcontainerd.cli.timeline;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a pull waited for at a moment: the first of these that was active then. */
enum Limit {
  LINK("the link", "bytes of layers were arriving"),
  REGISTRY("the registry", "no byte was arriving, and an answer was awaited"),
  DAEMON("containerd", "all requested bytes had arrived, and were being stored"),
  BOTH("containerd and unpacking", "the same, and unpacked side by side with that"),
  UNPACKING("unpacking", "all was stored, and layers were being unpacked"),
  REST("the rest", "start, other calls of containerd, and the image's names");

  private final String label;
  private final String meaning;

  Limit(String label, String meaning) {
    this.label = label;
    this.meaning = meaning;
  }

  String label() {
    return label;
  }

  String meaning() {
    return meaning;
  }

  /** From this moment on, one more or one less is active. */
  private record Edge(Instant moment, Limit limit, int change) {}

  /** How long a pull waited for each, in the order of the constants. */
  static Map<Limit, Duration> shares(List<Span> spans, Instant start, Instant end) {
    List<Edge> edges = new ArrayList<>();
    for (Span span : spans) {
      switch (span.kind()) {
        case RANGE, HEDGE -> {
          Instant firstByte = span.bytes() > 0 ? span.firstByte() : span.end();
          add(edges, REGISTRY, span.start(), firstByte);
          add(edges, LINK, firstByte, span.end());
        }
        case CALL, RETRY -> add(edges, REGISTRY, span.start(), span.end());
        case INGEST -> add(edges, DAEMON, span.start(), span.end());
        case UNPACK -> add(edges, UNPACKING, span.start(), span.end());
        case RENEWAL -> {}
      }
    }
    add(edges, REST, start, end);
    edges.sort(Comparator.comparing(Edge::moment));
    Map<Limit, Duration> shares = new EnumMap<>(Limit.class);
    Map<Limit, Integer> going = new EnumMap<>(Limit.class);
    for (Limit limit : values()) {
      shares.put(limit, Duration.ZERO);
      going.put(limit, 0);
    }
    Instant reached = edges.getFirst().moment();
    for (Edge edge : edges) {
      Duration slice = Duration.between(reached, edge.moment());
      first(going).ifPresent(limit -> shares.merge(limit, slice, Duration::plus));
      reached = edge.moment();
      going.merge(edge.limit(), edge.change(), Integer::sum);
    }
    return shares;
  }

  private static Optional<Limit> first(Map<Limit, Integer> going) {
    Optional<Limit> first =
        going.entrySet().stream()
            .filter(entry -> entry.getValue() > 0)
            .map(Map.Entry::getKey)
            .findFirst();
    boolean both = first.equals(Optional.of(DAEMON)) && going.getOrDefault(UNPACKING, 0) > 0;
    return both ? Optional.of(BOTH) : first;
  }

  private static void add(List<Edge> edges, Limit limit, Instant start, Instant end) {
    edges.add(new Edge(start, limit, 1));
    edges.add(new Edge(end, limit, -1));
  }

  /** The limit with the longest share. */
  static Limit longest(Map<Limit, Duration> shares) {
    return shares.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
  }
}
