package io.github.ecrcontainerd.it.bench;

/** One of those who do the same work in turns. */
interface Peer {
  /** As the terminal's table calls it. */
  String name();

  /** Does the work once, on a daemon that has no content. */
  Run run(Stage stage) throws InterruptedException;
}
