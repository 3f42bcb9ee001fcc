package io.github.ecrcontainerd.it.bench;

/** {@code bin/ecr push} of an image that the daemon has, to a repository that has nothing. */
record EcrPush(Sample sample) implements Peer {

  @Override
  public String name() {
    return "ecr push, %s".formatted(sample);
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Registries registries = stage.registries();
    stage.daemon().clear();
    String name = registries.reference(sample);
    registries.link(Link.UNLIMITED);
    var _ = Launcher.ecr(stage, "pull", name, "--no-unpack").run();
    Program push = Launcher.ecr(stage, "push", registries.freshReference(), name);
    return stage.measure(stage.daemon(), Link.UNLIMITED, push::run);
  }
}
