package io.github.ecrcontainerd.cli;

import static java.util.Objects.requireNonNull;

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
    subcommands = {
      PullCommand.class,
      PushCommand.class,
      CopyCommand.class,
      RunCommand.class,
      LocalCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:usage", "130:interrupted"})
public final class Ecr {

  private Ecr() {}

  public static void main(String... args) {
    Interruption interruption = Interruption.ofThisThread();
    boolean debug = Debug.isOn();
    CommandLine command =
        new CommandLine(new Ecr())
            .setParameterExceptionHandler((e, wrong) -> Failure.ofUsage(e))
            .setExecutionExceptionHandler((e, line, parsed) -> Failure.of(e, debug, line));
    // What follows the image is the container's, dashes and all.
    requireNonNull(command.getSubcommands().get("run")).setStopAtPositional(true);
    int status = command.execute(args);
    interruption.over();
    System.exit(status);
  }
}
