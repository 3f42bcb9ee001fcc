package io.github.ecrcontainerd.it.bench;

/** {@code bin/ecr push} of an image that the daemon has, to a repository that has nothing. */
record EcrPush(Sample sample, Link link) implements Peer {

  @Override
  public String name() {
    return "ecr push, %s%s".formatted(sample, link.words());
  }

  @Override
  public Run run(Stage stage) throws InterruptedException {
    Registries registries = stage.registries();
    stage.daemon().clear();
    String name = registries.reference(sample, link);
    registries.link(link);
    var _ = Launcher.ecr(stage, link, "pull", name, "--no-unpack").run();
    Program push = Launcher.ecr(stage, link, "push", registries.freshReference(link), name);
    return stage.measure(stage.daemon(), link, push::run);
  }
}
