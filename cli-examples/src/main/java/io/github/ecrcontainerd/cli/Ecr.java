package io.github.ecrcontainerd.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ecr}: images between Amazon ECR and containerd, from the command line. */
@Command(
    name = "ecr",
    mixinStandardHelpOptions = true,
    description = "Moves images between Amazon ECR and containerd.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {PullCommand.class, LocalCommand.class},
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:usage", "130:interrupted"})
public final class Ecr {

  private Ecr() {}

  public static void main(String... args) {
    Interruption interruption = Interruption.ofThisThread();
    boolean debug = Debug.isOn();
    CommandLine command =
        new CommandLine(new Ecr())
            .setExitCodeExceptionMapper(e -> e instanceof InterruptedException ? 130 : 1)
            .setExecutionExceptionHandler((e, line, parsed) -> Debug.report(e, debug, line));
    int status = command.execute(args);
    interruption.over();
    System.exit(status);
  }
}
