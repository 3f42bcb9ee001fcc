package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.bench.Chart.Bar;
import io.github.ecrcontainerd.it.bench.Chart.Group;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The charts that the README shows: what our pulls take beside the daemon's own. */
final class Charts {
  private static final double MIB = 1 << 20;

  private final Map<Experiment, Results> results;

  /**
   * @param results of the experiments that were made
   */
  Charts(Map<Experiment, Results> results) {
    this.results = results;
  }

  Chart time() {
    return chart("Pull and unpack: time", "s", Run::seconds);
  }

  Chart memory() {
    return chart(
        "Pull and unpack: memory of client and daemon", "MiB", run -> run.bothPeaks() / MIB);
  }

  private Chart chart(String title, String unit, ToDoubleFunction<Run> figure) {
    List<Group> groups =
        results.entrySet().stream()
            .filter(entry -> entry.getKey().isCharted())
            .map(entry -> new Group(entry.getKey().title(), bars(entry.getValue(), figure)))
            .toList();
    return new Chart(title, unit, groups);
  }

  private static List<Bar> bars(Results results, ToDoubleFunction<Run> figure) {
    return results.all().keySet().stream()
        .map(
            peer ->
                new Bar(
                    peer.name().substring(0, peer.name().lastIndexOf(',')),
                    results.median(peer, figure),
                    peer instanceof EcrPull))
        .toList();
  }
}
