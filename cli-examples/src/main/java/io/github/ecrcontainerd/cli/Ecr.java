package io.github.ecrcontainerd.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ScopeType;

/** {@code ecr}: images between Amazon ECR and containerd, from the command line. */
@Command(
    name = "ecr",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    description = "Moves images between Amazon ECR and containerd.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:usage", "130:interrupted"})
public final class Ecr {

  /** In the order in which the help shows them. */
  private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("pull", PullCommand::new);
    COMMANDS.put("push", PushCommand::new);
    COMMANDS.put("copy", CopyCommand::new);
    COMMANDS.put("run", RunCommand::new);
    COMMANDS.put("local", LocalCommand::new);
  }

  private Ecr() {}

  public static void main(String... args) {
    Interruption interruption = Interruption.ofThisThread();
    boolean debug = Debug.isOn();
    CommandLine command =
        commands(args)
            .setParameterExceptionHandler((e, wrong) -> Failure.ofUsage(e))
            .setExecutionExceptionHandler((e, line, parsed) -> Failure.of(e, debug, line));
    int status = command.execute(args);
    interruption.over();
    System.exit(status);
  }

  /** The command that is asked for, or all: reading the options of each costs a start some time. */
  private static CommandLine commands(String... args) {
    CommandLine ecr = new CommandLine(new Ecr());
    boolean known = args.length > 0 && COMMANDS.containsKey(args[0]);
    COMMANDS.forEach(
        (name, command) -> {
          if (!known || name.equals(args[0])) {
            ecr.addSubcommand(name, command.get());
          }
        });
    // What follows the image is the container's, dashes and all.
    Optional.ofNullable(ecr.getSubcommands().get("run"))
        .ifPresent(run -> run.setStopAtPositional(true));
    return ecr;
  }
}
