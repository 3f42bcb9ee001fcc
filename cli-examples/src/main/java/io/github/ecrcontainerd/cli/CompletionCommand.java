package io.github.ecrcontainerd.cli;

import java.util.List;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** {@code ecr completion}. */
final class CompletionCommand {
  private final Options options =
      Options.of(
          "completion",
          this::print,
          "Prints a script by which a shell completes command lines of ecr.",
          "source <(ecr completion bash)",
          "autoload -Uz compinit && compinit && source <(ecr completion zsh)",
          "ecr completion fish | source");
  private final Supplier<String> shell = options.parameter("SHELL", "bash, zsh or fish");

  private CompletionCommand() {}

  static CommandSpec command() {
    return new CompletionCommand().options.command();
  }

  private int print() {
    CommandLine ecr = options.program();
    switch (shell.get()) {
      // It makes zsh complete as bash does.
      case "bash", "zsh" -> options.out().print(AutoComplete.bash("ecr", ecr));
      case "fish" -> printForFish(ecr);
      default -> throw options.wrong("SHELL is bash, zsh or fish, not " + shell.get());
    }
    return 0;
  }

  private void printForFish(CommandLine ecr) {
    ecr.getSubcommands()
        .forEach(
            (name, command) -> {
              CommandSpec spec = command.getCommandSpec();
              options
                  .out()
                  .printf(
                      "complete -c ecr -n __fish_use_subcommand -f -a %s -d %s%n",
                      name, quoted(spec.usageMessage().description()[0]));
              spec.options().forEach(option -> printForFish(name, option));
            });
  }

  private void printForFish(String command, OptionSpec option) {
    StringBuilder line =
        new StringBuilder("complete -c ecr -n '__fish_seen_subcommand_from %s'".formatted(command));
    for (String name : List.of(option.names())) {
      line.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      line.append(" -r");
    }
    options.out().println(line + " -d " + quoted(String.join(" ", option.description())));
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
