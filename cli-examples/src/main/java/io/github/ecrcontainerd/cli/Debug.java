package io.github.ecrcontainerd.cli;

/** ECR_PULL_DEBUG: logs, and stack traces of what goes wrong. */
final class Debug {

  private Debug() {}

  /** Whether it is on: at any number but 0, as the Go program reads it, or a word. */
  static boolean isOn() {
    boolean on =
        Environment.get("ECR_PULL_DEBUG")
            .filter(value -> !value.equals("0") && !value.equalsIgnoreCase("false"))
            .isPresent();
    if (on) {
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
    }
    return on;
  }
}
