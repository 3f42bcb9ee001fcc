package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.bench.Row.Summary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Peers that work in turns on the same daemon, and the rows that follow from their runs.
 *
 * <p>Rows are added while the list of experiments is made; after that it doesn't change.
 */
final class Experiment {
  private final String name;
  private final String title;
  private final String containerd;
  private final int rounds;
  private final List<Peer> peers;
  private final List<Row> rows = new ArrayList<>();
  private boolean charted;
  private boolean inFull;

  /**
   * @param name what the command line calls it
   * @param containerd the version that it is made on: {@code 2.1}
   * @param rounds how often each peer works
   */
  Experiment(String name, String title, String containerd, int rounds, Peer... peers) {
    this.name = name;
    this.title = title;
    this.containerd = containerd;
    this.rounds = rounds;
    this.peers = List.copyOf(Arrays.asList(peers));
  }

  /** Adds a row whose value is the median of the rounds'. */
  Experiment row(String row, String unit, Goal goal, Function<Results, List<Double>> values) {
    rows.add(new Row(row, unit, goal, values, Summary.MEDIAN));
    return this;
  }

  /** Adds a row whose value is the largest of the rounds'. */
  Experiment largest(String row, String unit, Goal goal, Function<Results, List<Double>> values) {
    rows.add(new Row(row, unit, goal, values, Summary.LARGEST));
    return this;
  }

  /** Lets the charts show the peers of this one beside each other. */
  Experiment charted() {
    charted = true;
    return this;
  }

  boolean isCharted() {
    return charted;
  }

  /** Leaves this one out of a quick run that names none. */
  Experiment inFull() {
    inFull = true;
    return this;
  }

  boolean isInFull() {
    return inFull;
  }

  String name() {
    return name;
  }

  String title() {
    return "%s (containerd %s)".formatted(title, containerd);
  }

  String containerd() {
    return containerd;
  }

  List<Row> rows() {
    return rows;
  }

  /** Lets the peers work, round by round. */
  Results run(Stage stage) throws InterruptedException {
    Results results = new Results();
    for (int round = 0; round < rounds; round++) {
      for (Peer peer : peers) {
        results.add(peer, peer.run(stage));
      }
    }
    return results;
  }
}
