package io.github.ecrcontainerd.cli;

import picocli.CommandLine;

/**
 * {@code ecr} as it runs in a training: it makes the help of all commands first, so that what a JVM
 * learns by one command is what each of them starts with.
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
