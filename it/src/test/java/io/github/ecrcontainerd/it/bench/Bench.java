package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.bench.Row.Measured;
import io.github.ecrcontainerd.it.registry.DockerRegistry;
import io.github.ecrcontainerd.it.registry.LocalEcr;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The program that {@code bin/bench} starts. */
final class Bench {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final int INTERRUPTED = 130;

  private final Ending ending = new Ending();
  private final Report report = new Report(System.out);
  private final Map<String, Path> containerds = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();
  private boolean quick;
  private boolean charts;
  private boolean failed;

  private Bench() {}

  /**
   * Measures, prints and writes.
   *
   * @param args {@code [--quick] [--charts] [--containerd=VERSION=DIRECTORY...] [NAME...]}
   */
  public static void main(String[] args) throws IOException {
    Bench bench = new Bench();
    for (String arg : args) {
      bench.take(arg);
    }
    bench.ending.exit(bench.status());
  }

  private int status() throws IOException {
    try {
      run();
      return failed ? 1 : 0;
    } catch (InterruptedException e) {
      System.err.println("bench: interrupted");
      return INTERRUPTED;
    } catch (IllegalArgumentException e) {
      System.err.println("bench: " + e.getMessage());
      return 2;
    } catch (IllegalStateException | UncheckedIOException | AssertionError e) {
      System.err.println("bench: " + e.getMessage());
      return 1;
    }
  }

  private void take(String arg) {
    if (arg.equals("--quick")) {
      quick = true;
    } else if (arg.equals("--charts")) {
      charts = true;
    } else if (arg.startsWith("--containerd=")) {
      String[] words = arg.split("=", 3);
      containerds.put(words[1], Path.of(words[2]));
    } else {
      names.add(arg);
    }
  }

  private void run() throws IOException, InterruptedException {
    Map<Experiment, Results> measured = new LinkedHashMap<>();
    List<Experiment> experiments = chosen();
    try (LocalEcr ecr = LocalEcr.openWithoutTls();
        LocalEcr overTls = LocalEcr.openOverTls();
        DockerRegistry docker = new DockerRegistry();
        Limiter limiter = new Limiter(docker.port())) {
      Registries registries = new Registries(ecr, overTls, docker, limiter);
      for (Experiment experiment : experiments) {
        Optional<Path> programs = programs(experiment.containerd());
        if (programs.isEmpty()) {
          report.leftOut(experiment, "there is no containerd " + experiment.containerd());
          continue;
        }
        try (Stage stage = new Stage(programs.get(), registries)) {
          ending.interruptible(() -> measured.put(experiment, results(experiment, stage)));
        } catch (RuntimeException | AssertionError e) {
          if (ending.hasBegun()) {
            throw interrupted(e);
          }
          // The others of a long run still count.
          report.leftOut(experiment, "it failed: " + e.getMessage());
          failed = true;
        }
      }
    }
    write(measured);
  }

  private Results results(Experiment experiment, Stage stage) throws InterruptedException {
    // The daemon is fresh, and a launcher may prepare what makes it start faster.
    var _ = EcrPull.start().run(stage);
    Results results = experiment.run(stage);
    report.experiment(experiment, results);
    return results;
  }

  private static InterruptedException interrupted(Throwable cause) {
    InterruptedException interrupted = new InterruptedException();
    interrupted.initCause(cause);
    return interrupted;
  }

  private void write(Map<Experiment, Results> measured) throws IOException {
    List<Measured> rows = new ArrayList<>();
    measured.forEach(
        (experiment, results) -> experiment.rows().forEach(row -> rows.add(row.measure(results))));
    report.rows(rows);
    Path target = Files.createDirectories(Launcher.repository().resolve("target"));
    Files.write(target.resolve("bench.json"), JSON.writeValueAsBytes(rows));
    Files.write(target.resolve("bench-runs.json"), JSON.writeValueAsBytes(runs(measured)));
    Path shown = charts ? Launcher.repository().resolve("docs") : target;
    Charts drawn = new Charts(measured);
    Files.writeString(shown.resolve("bench-time.svg"), drawn.time().toSvg());
    Files.writeString(shown.resolve("bench-memory.svg"), drawn.memory().toSvg());
    report.say("Wrote target/bench.json, target/bench-runs.json and the charts in " + shown);
  }

  /** What each peer's runs cost, by the names of experiment and peer. */
  private static Map<String, Map<String, List<Run>>> runs(Map<Experiment, Results> all) {
    Map<String, Map<String, List<Run>>> byName = new LinkedHashMap<>();
    all.forEach(
        (experiment, results) -> {
          Map<String, List<Run>> peers = new LinkedHashMap<>();
          results.all().forEach((peer, runs) -> peers.put(peer.name(), runs));
          byName.put(experiment.name(), peers);
        });
    return byName;
  }

  private List<Experiment> chosen() {
    List<Experiment> experiments = new Experiments(quick).all();
    Set<String> unknown = new HashSet<>(names);
    experiments.forEach(experiment -> unknown.remove(experiment.name()));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no %s. There are: %s"
              .formatted(
                  String.join(", ", unknown),
                  String.join(", ", experiments.stream().map(Experiment::name).toList())));
    }
    return experiments.stream()
        .filter(
            experiment ->
                names.isEmpty()
                    ? !quick || !experiment.isInFull()
                    : names.contains(experiment.name()))
        .toList();
  }

  private Optional<Path> programs(String version) {
    return containerds.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(version + "."))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
