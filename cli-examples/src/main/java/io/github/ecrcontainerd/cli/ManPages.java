package io.github.ecrcontainerd.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes the manual pages of {@code ecr} and of its commands, in man(7)'s macros, from their {@code
 * --help} texts.
 */
final class ManPages {
  private static final String SECTION = "1";

  private ManPages() {}

  /**
   * Writes the pages.
   *
   * @param args the directory, and the date of the pages
   */
  public static void main(String... args) throws IOException {
    Path directory = Files.createDirectories(Path.of(args[0]));
    CommandLine ecr = Ecr.commands();
    List<String> names =
        ecr.getSubcommands().keySet().stream().map(name -> "ecr-" + name).sorted().toList();
    write(directory, "ecr", args[1], ecr, names);
    for (Map.Entry<String, CommandLine> command : ecr.getSubcommands().entrySet()) {
      write(directory, "ecr-" + command.getKey(), args[1], command.getValue(), List.of("ecr"));
    }
  }

  private static void write(
      Path directory, String name, String date, CommandLine command, List<String> others)
      throws IOException {
    CommandSpec spec = command.getCommandSpec();
    String description = String.join(" ", spec.usageMessage().description());
    StringBuilder page = new StringBuilder();
    page.append(
        ".TH %s %s %s \"%s\"\n"
            .formatted(quoted(name.toUpperCase(Locale.ROOT)), SECTION, date, version()));
    section(page, "NAME", roff(name) + " \\- " + roff(first(description)));
    section(page, "SYNOPSIS", synopsis(command));
    section(page, "DESCRIPTION", roff(description));
    items(
        page,
        "ARGUMENTS",
        spec.positionalParameters().stream()
            .collect(Collectors.toMap(PositionalParamSpec::paramLabel, ManPages::text)));
    page.append(".SH OPTIONS\n");
    spec.options().forEach(option -> item(page, names(option), text(option)));
    if (!command.getSubcommands().isEmpty()) {
      page.append(".SH COMMANDS\n");
      command
          .getSubcommands()
          .forEach(
              (key, sub) ->
                  item(
                      page,
                      "\\fB" + roff(key) + "\\fP",
                      String.join(" ", sub.getCommandSpec().usageMessage().description())));
    }
    page.append(".SH \"EXIT STATUS\"\n");
    spec.usageMessage().exitCodeList().forEach((code, text) -> item(page, roff(code), text));
    section(
        page,
        "SEE ALSO",
        Stream.concat(others.stream(), Stream.of("ctr"))
            .map(other -> "\\fB" + roff(other) + "\\fP(" + (other.equals("ctr") ? "8" : "1") + ")")
            .collect(Collectors.joining(",\n")));
    Files.writeString(directory.resolve(name + "." + SECTION), page);
  }

  private static String version() {
    return new Version().getVersion()[0];
  }

  private static String first(String description) {
    String sentence = description.split("\\. |\\.$", 2)[0];
    return sentence.split(": ", 2)[0];
  }

  private static String synopsis(CommandLine command) {
    String synopsis = command.getHelp().synopsis(0).strip().replaceAll("\\s+", " ");
    return roff(synopsis);
  }

  private static String text(ArgSpec argument) {
    return String.join(" ", argument.description());
  }

  private static String names(OptionSpec option) {
    String value = option.arity().max() == 0 ? "" : "=\\fI" + roff(option.paramLabel()) + "\\fP";
    return Arrays.stream(option.names())
        .sorted(Comparator.comparingInt(String::length))
        .map(name -> "\\fB" + roff(name) + "\\fP")
        .collect(Collectors.joining(", "))
        .concat(value);
  }

  private static void section(StringBuilder page, String title, String text) {
    page.append(".SH ").append(quoted(title)).append('\n').append(text).append('\n');
  }

  private static void items(StringBuilder page, String title, Map<String, String> items) {
    if (!items.isEmpty()) {
      page.append(".SH ").append(title).append('\n');
      items.forEach((term, text) -> item(page, "\\fI" + roff(term) + "\\fP", text));
    }
  }

  private static void item(StringBuilder page, String term, String text) {
    page.append(".TP\n").append(term).append('\n').append(roff(text)).append('\n');
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  /** Escapes text for roff, in which a backslash, a hyphen and a line's first dot are special. */
  private static String roff(String text) {
    String escaped = text.replace("\\", "\\e").replace("-", "\\-");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
