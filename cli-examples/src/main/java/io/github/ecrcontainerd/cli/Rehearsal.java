package io.github.ecrcontainerd.cli;

import picocli.CommandLine;

/**
 * {@code ecr} in a training run. It makes the help of all commands first, so that the AOT cache
 * speeds up all of them, not only the command of the training.
 */
final class Rehearsal {

  private Rehearsal() {}

  public static void main(String... args) {
    for (CommandLine command : Ecr.commands().getSubcommands().values()) {
      command.getUsageMessage();
    }
    Ecr.main(args);
  }
}
