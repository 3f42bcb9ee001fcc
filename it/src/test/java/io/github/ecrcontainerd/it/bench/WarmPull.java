package io.github.ecrcontainerd.it.bench;

/** Our pull in a JVM that has pulled before. */
record WarmPull(Sample sample, Link link, boolean unpack) implements Peer {

  @Override
  public String name() {
    return "pull in a JVM that goes on%s, %s%s"
        .formatted(unpack ? "" : ", no unpacking", sample, link.words());
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Daemon daemon = stage.daemon();
    daemon.clear();
    Registries registries = stage.registries();
    String reference = registries.reference(sample, link);
    return stage.measure(
        daemon,
        link,
        () ->
            stage
                .longLived(link)
                .run(
                    "pull",
                    registries.endpoint(link).toString(),
                    daemon.socket().toString(),
                    reference,
                    Boolean.toString(unpack)));
  }
}
