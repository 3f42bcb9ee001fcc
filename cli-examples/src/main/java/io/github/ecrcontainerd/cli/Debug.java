package io.github.ecrcontainerd.cli;

import picocli.CommandLine;

/** What goes wrong is told in one line; with ECR_PULL_DEBUG set, in full. */
final class Debug {

  private Debug() {}

  /** Whether ECR_PULL_DEBUG asks for it: any number but 0, as the Go program reads it, or a word. */
  static boolean isOn() {
    String value = System.getenv().getOrDefault("ECR_PULL_DEBUG", "");
    boolean on = !value.isBlank() && !value.equals("0") && !value.equalsIgnoreCase("false");
    if (on) {
      System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
    }
    return on;
  }

  static int report(Exception failure, boolean inFull, CommandLine command) {
    int status = command.getExitCodeExceptionMapper().getExitCode(failure);
    if (inFull) {
      failure.printStackTrace(command.getErr());
    } else {
      command.getErr().println("ecr: " + messageOf(failure));
    }
    command.getErr().flush();
    return status;
  }

  private static String messageOf(Exception failure) {
    if (failure instanceof InterruptedException) {
      return "interrupted";
    }
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
