package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.bench.Row.Measured;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The tables on the terminal. */
final class Report {
  private static final double MIB = 1 << 20;

  private final PrintStream out;

  Report(PrintStream out) {
    this.out = out;
  }

  void experiment(Experiment experiment, Results results) {
    print("%n%s; medians of runs in turns", experiment.title());
    print(
        "  %-60s %4s %7s %11s %10s %11s %10s %9s %10s %8s",
        "",
        "runs",
        "time s",
        "client MiB",
        "client CPU",
        "daemon MiB",
        "daemon CPU",
        "ecr-local",
        "served MiB",
        "requests");
    results
        .all()
        .forEach(
            (peer, runs) ->
                print(
                    "  %-60s %4d %7.2f %11.0f %10.2f %11.0f %10.2f %9.2f %10.1f %8.0f",
                    peer.name(),
                    runs.size(),
                    median(runs, Run::seconds),
                    median(runs, Run::clientPeak) / MIB,
                    median(runs, Run::clientCpu),
                    median(runs, Run::daemonPeak) / MIB,
                    median(runs, Run::daemonCpu),
                    median(runs, Run::registryCpu),
                    median(runs, Run::served) / MIB,
                    median(runs, Run::requests)));
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    return Results.median(runs.stream().map(figure::applyAsDouble).toList());
  }

  void rows(List<Measured> rows) {
    print("%n%-80s %10s %8s  %-3s %s", "", "goal", "value", "", "unit");
    for (Measured row : rows) {
      print(
          "%-80s %10s %8.2f  %-3s %s",
          row.name(), row.goal(), row.value(), row.reached() ? "ok" : "NO", row.unit());
    }
    long reached = rows.stream().filter(Measured::reached).count();
    print("%d of %d goals are reached", reached, rows.size());
  }

  void leftOut(Experiment experiment, String reason) {
    print("%n%s: left out, %s", experiment.name(), reason);
  }

  void say(String line) {
    print("%s", line);
  }

  private void print(String format, Object... values) {
    out.printf(Locale.ROOT, format + "%n", values);
    out.flush();
  }
}
