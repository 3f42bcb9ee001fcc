package io.github.ecrcontainerd.cli;

import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What goes wrong is told in one line; in full where that is asked for. */
final class Failure {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** A guard against chains of causes that form a circle. */
  private static final int MAX_CAUSES = 30;

  /** The kernel's words, and the CRT's. */
  private static final Pattern FILES =
      Pattern.compile("(?i)too many open files|maximum number of file descriptors");

  /** The JVM's words, and the CRT's. */
  private static final Pattern THREADS =
      Pattern.compile("unable to create native thread|AWS_ERROR_THREAD_INSUFFICIENT_RESOURCE");

  private final PrintWriter err;
  private final boolean inFull;
  private final Interruption interruption;

  /**
   * @param err where it is told
   * @param inFull whether stack traces are shown, too
   */
  Failure(PrintWriter err, boolean inFull, Interruption interruption) {
    this.err = err;
    this.inFull = inFull;
    this.interruption = interruption;
  }

  /** Tells what is wrong with the command line, and returns the exit status for that. */
  int ofUsage(ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    tell("%s (see %s --help)".formatted(message(wrong), command.getCommandSpec().qualifiedName()));
    return USAGE;
  }

  private static String message(ParameterException wrong) {
    if (!(wrong instanceof UnmatchedArgumentException unmatched)) {
      return String.valueOf(wrong.getMessage());
    }
    String given = unmatched.getUnmatched().getFirst();
    CommandSpec command = wrong.getCommandLine().getCommandSpec();
    if (given.startsWith("-")) {
      String name = given.split("=", 2)[0];
      return "there is no option '%s'%s"
          .formatted(name, Typo.hint(name, command.optionsMap().keySet()));
    }
    return command.subcommands().isEmpty()
        ? "'%s' is one argument too many".formatted(given)
        : "there is no command '%s'%s"
            .formatted(given, Typo.hint(given, command.subcommands().keySet()));
  }

  /** Tells what went wrong, and returns the exit status for that. */
  int of(Throwable failure) {
    return of(failure, FAILED);
  }

  /**
   * The same for a command that may have another status for that.
   *
   * @param status that of the command
   */
  int of(Throwable failure, int status) {
    if (inFull) {
      failure.printStackTrace(err);
    }
    // Whatever an interrupted command fails with, this is why.
    tell(interruption.reason().orElseGet(() -> explain(failure)));
    return failure instanceof ExitException exit ? exit.status() : status;
  }

  /** Tells that the results didn't arrive, and returns the exit status for that. */
  int ofOutput() {
    tell("standard output can't be written: is it closed, or its disk full?");
    return FAILED;
  }

  /** What went wrong, in one line. */
  static String explain(Throwable failure) {
    List<Throwable> causes = causes(failure);
    for (Throwable cause : causes) {
      String message = String.valueOf(cause.getMessage());
      if (FILES.matcher(message).find()) {
        return "too many open files: raise the limit (ulimit -n)";
      }
      if (THREADS.matcher(message).find()) {
        return "no more threads can be started: raise the limits of processes and memory (ulimit -u)";
      }
      if (cause instanceof OutOfMemoryError) {
        return "out of memory: " + message;
      }
    }
    for (Throwable cause : causes) {
      if (cause instanceof LinkageError) {
        return "a part of the program can't be loaded (%s): is the limit of open files low (ulimit"
                .formatted(cause.getMessage())
            + " -n), or was the program built again while it ran?";
      }
    }
    @Nullable Throwable cause = failure.getCause();
    boolean isBareWrapper = cause != null && cause.toString().equals(failure.getMessage());
    Throwable told = cause != null && isBareWrapper ? cause : failure;
    if (told instanceof FileSystemException file && file.getReason() == null) {
      return file.getFile() + ": " + reason(file);
    }
    @Nullable String message = told.getMessage();
    return message == null ? "internal error: " + told : message;
  }

  /** What some of these say by their class alone. */
  private static String reason(FileSystemException failure) {
    return switch (failure) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or directory";
      case FileAlreadyExistsException _ -> "it exists already, and is no directory";
      case NotDirectoryException _ -> "it is no directory";
      default -> "the file system refuses to use it";
    };
  }

  /** The failure and its causes, the ones they suppress included. */
  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>(List.of(failure));
    for (int i = 0; i < causes.size() && i < MAX_CAUSES; i++) {
      Throwable cause = causes.get(i);
      if (cause.getCause() != null) {
        causes.add(cause.getCause());
      }
      causes.addAll(List.of(cause.getSuppressed()));
    }
    return causes;
  }

  private void tell(String message) {
    err.println("ecr: " + message.replaceAll("\\R", " "));
    err.flush();
  }
}
