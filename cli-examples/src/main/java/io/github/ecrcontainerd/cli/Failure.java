package io.github.ecrcontainerd.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** What goes wrong is told in one line; in full where that is asked for. */
final class Failure {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** What a shell makes of a program that SIGINT ended. */
  private static final int INTERRUPTED = 130;

  private Failure() {}

  /** Tells what is wrong with the command line, and returns the exit status for that. */
  static int ofUsage(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    tell(
        command,
        "%s (see %s --help)"
            .formatted(wrong.getMessage(), command.getCommandSpec().qualifiedName()));
    return USAGE;
  }

  /** Tells what went wrong, and returns the exit status for that. */
  static int of(Exception failure, boolean inFull, CommandLine command) {
    if (inFull) {
      failure.printStackTrace(command.getErr());
    }
    if (failure instanceof InterruptedException) {
      tell(command, "interrupted");
      return INTERRUPTED;
    }
    String message = failure.getMessage();
    tell(command, message == null ? failure.toString() : message);
    return FAILED;
  }

  private static void tell(CommandLine command, String message) {
    PrintWriter err = command.getErr();
    err.println("ecr: " + message.replaceAll("\\R", " "));
    err.flush();
  }
}
