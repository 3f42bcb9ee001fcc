package io.github.ecrcontainerd.cli.progress;

/** The direction of a transfer, and the words for it. */
public enum Direction {
  PULL("downloading", "pulled"),
  PUSH("uploading", "pushed"),
  COPY("copying", "copied");

  private final String going;
  private final String done;

  Direction(String going, String done) {
    this.going = going;
    this.done = done;
  }

  String going() {
    return going;
  }

  String done() {
    return done;
  }
}
