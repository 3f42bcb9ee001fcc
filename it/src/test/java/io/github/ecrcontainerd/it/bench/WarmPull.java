package io.github.ecrcontainerd.it.bench;

/** Our pull in a JVM that has pulled before, without limits. */
record WarmPull(Sample sample, boolean unpack) implements Peer {

  @Override
  public String name() {
    return "pull in a JVM that goes on%s, %s".formatted(unpack ? "" : ", no unpacking", sample);
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Daemon daemon = stage.daemon();
    daemon.clear();
    Registries registries = stage.registries();
    String reference = registries.reference(sample);
    return stage.measure(
        daemon,
        Link.UNLIMITED,
        () ->
            stage
                .longLived()
                .run(
                    "pull",
                    registries.endpoint().toString(),
                    daemon.socket().toString(),
                    reference,
                    Boolean.toString(unpack)));
  }
}
