package io.github.ecrcontainerd.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The help for a terminal that is too narrow for tables: each description is below its term. */
final class NarrowHelp extends Help {
  /** Picocli can't make narrower tables. */
  private static final int MIN_TABLE_COLUMNS = 55;

  private static final int MIN_COLUMNS = 20;
  private static final int INDENT = 4;

  private final int columns;

  private NarrowHelp(CommandSpec command, ColorScheme colors, int columns) {
    super(command, colors);
    this.columns = columns;
  }

  /** Makes the help of a command, and of its subcommands, as wide as {@code COLUMNS} says. */
  static void fit(CommandLine command) {
    Environment.get("COLUMNS")
        .filter(text -> text.matches("[0-9]{1,3}"))
        .map(Integer::valueOf)
        .ifPresent(
            columns -> {
              if (columns >= MIN_TABLE_COLUMNS) {
                command.setUsageHelpWidth(columns);
              } else {
                int fitting = Math.max(columns, MIN_COLUMNS);
                command.setHelpFactory((spec, colors) -> new NarrowHelp(spec, colors, fitting));
              }
            });
  }

  @Override
  public String synopsis(int headingLength) {
    String synopsis = super.synopsis(headingLength).strip();
    return wrapped(synopsis, headingLength, INDENT).stripLeading();
  }

  @Override
  public String description(Object... parameters) {
    return wrapped(String.join(" ", commandSpec().usageMessage().description()), 0, 0);
  }

  @Override
  public String parameterList() {
    return commandSpec().positionalParameters().stream()
        .map(parameter -> item(parameter.paramLabel(), parameter))
        .collect(Collectors.joining());
  }

  @Override
  public String optionList() {
    return options(commandSpec().options());
  }

  private String options(Collection<OptionSpec> options) {
    return options.stream().map(this::option).collect(Collectors.joining());
  }

  private String option(OptionSpec option) {
    String names =
        Arrays.stream(option.names())
            .sorted(Comparator.comparingInt(String::length))
            .collect(Collectors.joining(", "));
    return item(option.arity().max() == 0 ? names : names + "=" + option.paramLabel(), option);
  }

  @Override
  public String commandList() {
    return subcommands().entrySet().stream()
        .map(
            entry ->
                item(
                    entry.getKey(), entry.getValue().commandSpec().usageMessage().description()[0]))
        .collect(Collectors.joining());
  }

  @Override
  public String exitCodeList() {
    return commandSpec().usageMessage().exitCodeList().entrySet().stream()
        .map(entry -> item(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining());
  }

  private String item(String term, ArgSpec argument) {
    return item(term, argument.description());
  }

  private String item(String term, String... description) {
    return wrapped(term, 2, 2) + wrapped(String.join(" ", description), 2 + INDENT, 2 + INDENT);
  }

  /** Wraps words into lines of at most {@code columns}; cuts a word that is longer than a line. */
  private String wrapped(String text, int firstIndent, int indent) {
    StringBuilder lines = new StringBuilder();
    StringBuilder line = new StringBuilder(" ".repeat(firstIndent));
    int begin = firstIndent;
    for (String word : text.strip().split("\\s+", -1)) {
      String rest = word;
      int gap = line.length() > begin ? 1 : 0;
      if (line.length() + gap + rest.length() > columns && gap > 0) {
        lines.append(line).append('\n');
        line = new StringBuilder(" ".repeat(indent));
        begin = indent;
        gap = 0;
      }
      line.append(" ".repeat(gap));
      while (line.length() + rest.length() > columns) {
        int fitting = columns - line.length();
        lines.append(line).append(rest, 0, fitting).append('\n');
        rest = rest.substring(fitting);
        line = new StringBuilder(" ".repeat(indent));
        begin = indent;
      }
      line.append(rest);
    }
    return lines.append(line).append('\n').toString();
  }
}
