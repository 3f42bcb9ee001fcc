package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Console;
import io.github.ecrcontainerd.resolver.VisibleText;
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

/** Prints an error as one line, or with stack traces if requested. */
final class Failure {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** Guards against circular chains of causes. */
  private static final int MAX_CAUSES = 30;

  /** Messages of the kernel and of the CRT. */
  private static final Pattern FILES =
      Pattern.compile("(?i)too many open files|maximum number of file descriptors");

  /** Messages of the JVM and of the CRT. */
  private static final Pattern THREADS =
      Pattern.compile("unable to create native thread|AWS_ERROR_THREAD_INSUFFICIENT_RESOURCE");

  private final Console err;
  private final boolean inFull;
  private final Interruption interruption;

  /**
   * @param err where errors are printed
   * @param inFull whether stack traces are shown, too
   */
  Failure(Console err, boolean inFull, Interruption interruption) {
    this.err = err;
    this.inFull = inFull;
    this.interruption = interruption;
  }

  /** Prints what is wrong with the command line, and returns the exit status. */
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
        ? "unexpected argument '%s'".formatted(given)
        : "there is no command '%s'%s"
            .formatted(given, Typo.hint(given, command.subcommands().keySet()));
  }

  /** Prints the failure, and returns the exit status. */
  int of(Throwable failure) {
    return of(failure, FAILED);
  }

  /**
   * Prints the failure of a command that may have its own exit status, and returns the status.
   *
   * @param status the command's exit status for failures
   */
  int of(Throwable failure, int status) {
    if (inFull) {
      failure.printStackTrace(err);
    }
    // An interrupted command may fail with any exception: the interruption is the reason.
    tell(interruption.reason().orElseGet(() -> explain(failure)));
    return failure instanceof ExitException exit ? exit.status() : status;
  }

  /** Prints that standard output can't be written, and returns the exit status. */
  int ofOutput() {
    tell("standard output can't be written: is it closed, or its disk full?");
    return FAILED;
  }

  /** The failure in one line. */
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
        return "can't load a class of the program (%s): is the limit of open files too low (ulimit"
                .formatted(cause.getMessage())
            + " -n), or was the program rebuilt while it ran?";
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

  /** The reason of a failure whose class says it, not its message. */
  private static String reason(FileSystemException failure) {
    return switch (failure) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or directory";
      case FileAlreadyExistsException _ -> "it exists already, and is not a directory";
      case NotDirectoryException _ -> "it is not a directory";
      default -> "the file system reports an error";
    };
  }

  /** The failure, its causes, and their suppressed exceptions. */
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
    err.println("ecr: " + VisibleText.line(message));
    err.flush();
  }
}
