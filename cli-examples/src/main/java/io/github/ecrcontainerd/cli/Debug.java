package io.github.ecrcontainerd.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** ECR_PULL_DEBUG: logs, and stack traces of failures. */
final class Debug {
  private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  /** gRPC logs to java.util.logging, for example messages that arrive for a cancelled call. */
  private static final Logger GRPC = Logger.getLogger("io.grpc");

  private Debug() {}

  /** Whether it is on: any value but 0, as in the Go program, and but false. */
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
    // The CRT would log request lines, including the signature in a layer's URL.
    System.clearProperty("aws.crt.log.level");
    System.clearProperty("aws.crt.log.destination");
    return on;
  }
}
