package io.github.ecrcontainerd.cli;

import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code ecr help}. */
final class HelpCommand {
  private final Options options = Options.of("help", this::help, "Shows the help of a command.");
  private final Supplier<Optional<String>> name =
      options.optionalParameter("COMMAND", "the command (default: a list of all commands)");

  private HelpCommand() {}

  static CommandSpec command() {
    return new HelpCommand().options.command();
  }

  private int help() {
    CommandLine ecr = options.program();
    CommandLine shown = ecr;
    if (name.get().isPresent()) {
      String asked = name.get().get();
      shown = ecr.getSubcommands().get(asked);
      if (shown == null) {
        throw options.wrong(
            "there is no command '%s'%s"
                .formatted(asked, Typo.hint(asked, ecr.getSubcommands().keySet())));
      }
    }
    // The help is this program's own text, with picocli's bold face.
    shown.usage(shown.getOut());
    return 0;
  }
}
