package io.github.ecrcontainerd.it.bench;

import io.github.ecrcontainerd.it.bench.Daemon.Fetching;

/** The daemon's own pull, with unpacking, from docker-registry. */
record CtrPull(Sample sample, Link link, Fetching fetching) implements Peer {

  @Override
  public String name() {
    return "ctr image pull%s, %s"
        .formatted(
            switch (fetching) {
              case DEFAULT -> "";
              case PARALLEL -> " (parallel fetch)";
              case PARALLEL_WITH_IGZIP -> " (parallel fetch, igzip)";
            },
            sample);
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Daemon daemon = stage.daemon(fetching);
    daemon.clear();
    String reference = stage.registries().dockerReference(sample, link);
    return stage.measure(
        daemon, link, new Program(daemon.ctr("image", "pull", "--plain-http", reference))::run);
  }
}
