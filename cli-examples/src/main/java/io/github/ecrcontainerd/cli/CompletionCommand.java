package io.github.ecrcontainerd.cli;

import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr completion}. */
final class CompletionCommand {
  private final Options options =
      Options.of(
          "completion",
          this::print,
          "Prints a shell script that completes ecr's command lines.",
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
      case "bash" -> options.out().print(AutoComplete.bash("ecr", ecr));
      case "zsh" -> new ZshCompletion(options.out()).print(ecr);
      case "fish" -> new FishCompletion(options.out()).print(ecr);
      default -> throw options.wrong("SHELL is bash, zsh or fish, not " + shell.get());
    }
    return 0;
  }

  /** What a command does, in the one line that a list of commands has for it. */
  static String summary(CommandLine command) {
    return command.getCommandSpec().usageMessage().description()[0];
  }
}
