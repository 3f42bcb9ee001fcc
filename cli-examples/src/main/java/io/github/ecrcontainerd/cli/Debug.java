package io.github.ecrcontainerd.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** ECR_PULL_DEBUG: logs, and stack traces of what goes wrong. */
final class Debug {
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /** It logs to java.util.logging, for example what a call still receives that was cancelled. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private Debug() {}

  /** Whether it is on: at any number but 0, as the Go program reads it, or a word. */
  static boolean isOn() {
    boolean on =
        Environment.get("ECR_PULL_DEBUG")
            .filter(value -> !value.equals("0") && !value.equalsIgnoreCase("false"))
            .isPresent();
    if (on && System.getProperty(LEVEL) == null) {
      System.setProperty(LEVEL, "debug");
    }
    if (!on) {
      GRPC.setLevel(Level.OFF);
    }
    // The CRT would log request lines, and with them what signs the URL of a layer.
    System.clearProperty("aws.crt.log.level");
    System.clearProperty("aws.crt.log.destination");
    return on;
  }
}
