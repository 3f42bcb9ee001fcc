package io.github.ecrcontainerd.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The commands and options of a program for fish: one {@code complete} line for each. */
final class FishCompletion {
  private final PrintWriter out;

  FishCompletion(PrintWriter out) {
    this.out = out;
  }

  void print(CommandLine ecr) {
    ecr.getSubcommands()
        .forEach(
            (name, command) -> {
              out.printf(
                  "complete -c ecr -n __fish_use_subcommand -f -a %s -d %s%n",
                  name, quoted(CompletionCommand.summary(command)));
              command.getCommandSpec().options().forEach(option -> print(name, option));
            });
  }

  private void print(String command, OptionSpec option) {
    StringBuilder line =
        new StringBuilder("complete -c ecr -n '__fish_seen_subcommand_from %s'".formatted(command));
    for (String name : List.of(option.names())) {
      line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      line.append(" -r");
    }
    out.println(line + " -d " + quoted(String.join(" ", option.description())));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
