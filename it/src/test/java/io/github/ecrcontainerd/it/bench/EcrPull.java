package io.github.ecrcontainerd.it.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code bin/ecr pull}, a process from its start to its end.
 *
 * @param parallelism ranges of a layer at a time
 */
record EcrPull(Sample sample, Link link, int parallelism, Layers layers) implements Peer {
  static final int DEFAULT_PARALLELISM = 4;

  /** What becomes of the layers. */
  enum Layers {
    KEPT_AS_THEY_ARE("--no-unpack"),
    UNPACKED_BY_THE_DAEMON("--unpack daemon"),
    UNPACKED_DIRECTLY("--unpack direct"),
    DISCARDED("--unpack direct --discard-layers");

    private final String options;

    Layers(String options) {
      this.options = options;
    }
  }

  /** A pull that takes no longer than it takes to start: what "plus start-up" means. */
  static EcrPull start() {
    return new EcrPull(
        Sample.TINY, Link.UNLIMITED, DEFAULT_PARALLELISM, Layers.UNPACKED_BY_THE_DAEMON);
  }

  @Override
  public String name() {
    return "ecr pull %s, parallelism %d, %s%s"
        .formatted(layers.options, parallelism, sample, link.words());
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    stage.daemon().clear();
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("pull", stage.registries().reference(sample, link)));
    arguments.addAll(List.of("--parallelism", Integer.toString(parallelism)));
    arguments.addAll(Arrays.asList(layers.options.split(" ", -1)));
    Program pull = Launcher.ecr(stage, link, arguments.toArray(String[]::new));
    return stage.measure(stage.daemon(), link, pull::run);
  }
}
