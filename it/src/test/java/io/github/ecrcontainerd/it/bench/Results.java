package io.github.ecrcontainerd.it.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The runs of an experiment's peers: as many of each as there were rounds. */
final class Results {
  private final Map<Peer, List<Run>> runs = new LinkedHashMap<>();

  void add(Peer peer, Run run) {
    runs.computeIfAbsent(peer, p -> new ArrayList<>()).add(run);
  }

  Map<Peer, List<Run>> all() {
    return runs;
  }

  List<Run> of(Peer peer) {
    return runs.getOrDefault(peer, List.of());
  }

  /** A figure of every run of a peer. */
  List<Double> each(Peer peer, ToDoubleFunction<Run> figure) {
    return of(peer).stream().map(figure::applyAsDouble).toList();
  }

  double median(Peer peer, ToDoubleFunction<Run> figure) {
    return median(each(peer, figure));
  }

  /** How many times the time of the second the first took, in each round. */
  List<Double> timesOf(Peer first, Peer second) {
    return timesOf(first, second, Run::seconds);
  }

  /** How many times the second's figure the first's is, in each round. */
  List<Double> timesOf(Peer first, Peer second, ToDoubleFunction<Run> figure) {
    return IntStream.range(0, of(first).size())
        .mapToObj(
            round ->
                figure.applyAsDouble(of(first).get(round))
                    / figure.applyAsDouble(of(second).get(round)))
        .toList();
  }

  /** The peer's times without what it takes to start, which the other one's are. */
  List<Double> withoutStart(Peer peer, Peer start) {
    double starting = median(start, Run::seconds);
    return each(peer, run -> run.seconds() - starting);
  }

  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
