package io.github.ecrcontainerd.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The commands and options of a program for zsh, in the form that {@code _arguments} takes:
 * zshcompsys(1). Zsh may load it by its name, {@code _ecr}, or read it by {@code source}.
 */
final class ZshCompletion {
  private final PrintWriter out;

  ZshCompletion(PrintWriter out) {
    this.out = out;
  }

  void print(CommandLine ecr) {
    out.println(
        """
        #compdef ecr
        _ecr() {
          local context state line curcontext=$curcontext
          typeset -A opt_args
          local -a commands=(""");
    ecr.getSubcommands()
        .forEach(
            (name, command) ->
                out.println("    " + quoted(name + ":" + CompletionCommand.summary(command))));
    out.println(
        """
          )
          _arguments -C '1:command:->command' '*::argument:->argument'
          case $state in
            command) _describe command commands ;;
            argument)
              case $words[1] in""");
    ecr.getSubcommands().forEach(this::printCommand);
    out.println(
        """
              esac
              ;;
          esac
        }
        if [ "$funcstack[1]" = _ecr ]; then _ecr "$@"; else compdef _ecr ecr; fi""");
  }

  private void printCommand(String name, CommandLine command) {
    out.println("        " + name + ")");
    out.println("          _arguments -s -S \\");
    for (OptionSpec option : command.getCommandSpec().options()) {
      out.println("            " + specification(option) + " \\");
    }
    out.println("            '*:argument:_files'");
    out.println("          ;;");
  }

  /** An option's exclusions, names, description and value. */
  private static String specification(OptionSpec option) {
    List<String> names = List.of(option.names());
    boolean takesValue = option.arity().max() > 0;
    String excluded = option.isMultiValue() ? "'*'" : "'(" + String.join(" ", names) + ")'";
    String spelled =
        names.stream()
            .map(name -> takesValue && name.startsWith("--") ? name + "=" : name)
            .collect(Collectors.joining(","));
    String description =
        String.join(" ", option.description()).replaceAll("([\\[\\]:\\\\])", "\\\\$1");
    String value = takesValue ? ":" + option.paramLabel() + ":_files" : "";
    return excluded
        + (names.size() == 1 ? spelled : "{" + spelled + "}")
        + quoted("[" + description + "]" + value);
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
