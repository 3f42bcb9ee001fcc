package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Console;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code ecr}: images between Amazon ECR and containerd, from the command line. */
public final class Ecr {

  /** Replaces bytes that can't be decoded. */
  private static final char REPLACEMENT = '\uFFFD';

  // These two commands are about all of the others.
  private static final String HELP = "help";
  private static final String COMPLETION = "completion";

  private Ecr() {}

  public static void main(String... args) {
    // Loggers and the JVM print to it.
    System.setErr(Console.over(System.err));
    Interruption interruption = Interruption.ofThisThread();
    int status = run(interruption, args);
    interruption.over();
    System.exit(status);
  }

  private static int run(Interruption interruption, String... args) {
    Failure failure =
        new Failure(
            new Console(new PrintWriter(System.err, true, System.err.charset())),
            Debug.isOn(),
            interruption);
    try {
      CommandLine command =
          commands(args)
              .setParameterExceptionHandler((e, wrong) -> failure.ofUsage(e))
              .setExecutionExceptionHandler(
                  (e, line, parsed) ->
                      failure.of(e, line.getCommandSpec().exitCodeOnExecutionException()))
              .setExecutionStrategy(
                  parsed -> {
                    RegistryOptions.timeoutOf(parsed).ifPresent(interruption::after);
                    return new CommandLine.RunLast().execute(parsed);
                  });
      checkText(command, args);
      int status = command.execute(args);
      command.getOut().flush();
      return status == 0 && System.out.checkError() ? failure.ofOutput() : status;
    } catch (ParameterException e) {
      return failure.ofUsage(e);
    } catch (Throwable e) {
      // Errors, too, for example because the system has no more threads.
      return failure.of(e);
    }
  }

  /**
   * If the locale lacks characters of an argument, the JVM replaces them with {@code U+FFFD}: as a
   * path, the result would be a different one.
   */
  private static void checkText(CommandLine command, String... args) {
    for (String arg : args) {
      if (arg.indexOf(REPLACEMENT) >= 0) {
        throw new ParameterException(
            command,
            "this locale (%s) can't express the argument '%s': set LC_ALL=C.UTF-8"
                .formatted(System.getProperty("sun.jnu.encoding"), arg));
      }
    }
  }

  /** The requested command, or all: making the options of every command slows down the start. */
  static CommandLine commands(String... args) {
    CommandLine ecr =
        new CommandLine(
            Options.ofProgram("ecr", "Moves images between Amazon ECR and containerd.").command());
    // In the order in which the help shows them.
    Map<String, Supplier<CommandSpec>> commands = new LinkedHashMap<>();
    commands.put("pull", PullCommand::command);
    commands.put("push", PushCommand::command);
    commands.put("copy", CopyCommand::command);
    commands.put("run", RunCommand::command);
    commands.put("ls", ListCommand::command);
    commands.put("tag", TagCommand::command);
    commands.put("rm", RemoveCommand::command);
    commands.put("resolve", ResolveCommand::command);
    commands.put("inspect", InspectCommand::command);
    commands.put("local", LocalCommand::command);
    commands.put(HELP, HelpCommand::command);
    commands.put(COMPLETION, CompletionCommand::command);
    boolean known =
        args.length > 0
            && commands.containsKey(args[0])
            && !args[0].equals(HELP)
            && !args[0].equals(COMPLETION);
    commands.forEach(
        (name, command) -> {
          if (!known || name.equals(args[0])) {
            ecr.addSubcommand(name, command.get());
          }
        });
    NarrowHelp.fit(ecr);
    return ecr;
  }
}
