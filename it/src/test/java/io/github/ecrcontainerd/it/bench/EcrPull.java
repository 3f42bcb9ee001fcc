package io.github.ecrcontainerd.it.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code bin/ecr pull}, a process from its start to its end.
 *
 * @param parallelism ranges of a layer at a time
 * @param unpack whether snapshots are made
 */
record EcrPull(Sample sample, Link link, int parallelism, boolean unpack) implements Peer {
  static final int DEFAULT_PARALLELISM = 4;

  /** A pull that takes no longer than it takes to start: what "plus start-up" means. */
  static EcrPull start() {
    return new EcrPull(Sample.TINY, Link.UNLIMITED, DEFAULT_PARALLELISM, true);
  }

  @Override
  public String name() {
    return "ecr pull%s, parallelism %d, %s%s"
        .formatted(unpack ? "" : " --no-unpack", parallelism, sample, link.words());
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    stage.daemon().clear();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("pull", stage.registries().reference(sample, link)));
    arguments.addAll(List.of("--parallelism", Integer.toString(parallelism)));
    if (!unpack) {
      arguments.add("--no-unpack");
    }
    Program pull = Launcher.ecr(stage, link, arguments.toArray(String[]::new));
    return stage.measure(stage.daemon(), link, pull::run);
  }
}
