package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.cli.progress.Console;
import io.github.ecrcontainerd.resolver.VisibleText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/**
 * The parameters and options of a command, in the order of its help. A method that adds one returns
 * a supplier, which has its value when the command runs.
 *
 * <p>Picocli can also read them from annotations, but with reflection and proxies that cost time at
 * each start: docs/performance.md.
 */
final class Options {
  private final CommandSpec command;
  private int parameters;

  private Options(CommandSpec command, String name, String... description) {
    this.command = command.name(name).versionProvider(new Version());
    command
        .usageMessage()
        .sortOptions(false)
        .description(description)
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes());
  }

  /**
   * The options of a command.
   *
   * @param work runs the command and returns its exit status
   */
  static Options of(String name, Callable<Integer> work, String... description) {
    return new Options(CommandSpec.wrapWithoutInspection(work), name, description);
  }

  /** The options of a program that needs one of its commands. */
  static Options ofProgram(String name, String... description) {
    Options options = new Options(CommandSpec.create(), name, description);
    options.command.usageMessage().synopsisSubcommandLabel("COMMAND");
    return options;
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "done");
    codes.put("1", "failed");
    codes.put("2", "usage");
    codes.put("129, 130, 143", "ended by SIGHUP, SIGINT (Ctrl-C) or SIGTERM");
    return codes;
  }

  /** Sets exit codes that differ from other commands' ones; the help shows {@code codes}. */
  Options failingWith(int status, Map<String, String> codes) {
    command.exitCodeOnExecutionException(status);
    command.usageMessage().exitCodeList(codes);
    return this;
  }

  /** The complete command, with the options that every command has. */
  CommandSpec command() {
    return command
        .addOption(
            OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build())
        .addOption(
            OptionSpec.builder("-V", "--version")
                .versionHelp(true)
                .description("Print version information and exit.")
                .build());
  }

  /** Adds a required parameter. */
  Supplier<String> parameter(String label, String... description) {
    PositionalParamSpec parameter = add(next("1", label, description).required(true));
    return parameter::getValue;
  }

  /** Adds an optional parameter. */
  Supplier<Optional<String>> optionalParameter(String label, String... description) {
    return optional(add(next("0..1", label, description)));
  }

  /** Adds all remaining parameters, if there are any. */
  Supplier<List<String>> otherParameters(String label, String... description) {
    return otherParameters("0..*", label, description);
  }

  /** Adds all remaining parameters, at least one. */
  Supplier<List<String>> someParameters(String label, String... description) {
    return otherParameters("1..*", label, description);
  }

  private Supplier<List<String>> otherParameters(
      String arity, String label, String... description) {
    return list(
        add(
            PositionalParamSpec.builder()
                .index(parameters + "..*")
                .arity(arity)
                .required(arity.startsWith("1"))
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(joined(description))));
  }

  private PositionalParamSpec.Builder next(String arity, String label, String... description) {
    return PositionalParamSpec.builder()
        .index(Integer.toString(parameters++))
        .arity(arity)
        .type(String.class)
        .paramLabel(label)
        .description(joined(description));
  }

  private PositionalParamSpec add(PositionalParamSpec.Builder parameter) {
    PositionalParamSpec built = parameter.build();
    command.addPositional(built);
    return built;
  }

  /**
   * Adds an option without a value.
   *
   * @param names one, or a short and a long one with a blank between
   */
  BooleanSupplier flag(String names, String... description) {
    OptionSpec option = add(option(names, description).type(boolean.class));
    return () -> Boolean.TRUE.equals(option.getValue());
  }

  /**
   * Adds an option with a value.
   *
   * @param names one, or a short and a long one with a blank between
   * @param type one that picocli knows
   */
  <T> Supplier<Optional<T>> value(
      String names, String label, Class<T> type, String... description) {
    return optional(add(option(names, description).paramLabel(label).type(type)));
  }

  /**
   * Adds an option with a value of another type.
   *
   * @param read parses its text, or throws an {@link IllegalArgumentException} that says what is
   *     wrong
   */
  <T> Supplier<Optional<T>> value(
      String names, String label, Function<String, T> read, String... description) {
    return optional(
        add(
            option(names, description)
                .paramLabel(label)
                .type(Object.class)
                .converters(text -> read(read, text))));
  }

  private static <T> T read(Function<String, T> read, String text) {
    try {
      return read.apply(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /** Adds an option that may be repeated. */
  Supplier<List<String>> values(String name, String label, String... description) {
    return list(
        add(
            option(name, description)
                .paramLabel(label)
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)));
  }

  private static OptionSpec.Builder option(String names, String... description) {
    return OptionSpec.builder(names.split(" ", -1)).description(joined(description));
  }

  /** Joins the lines of the source to one text, which the help wraps itself. */
  private static String joined(String... description) {
    return String.join(" ", description);
  }

  private OptionSpec add(OptionSpec.Builder option) {
    OptionSpec built = option.build();
    command.addOption(built);
    return built;
  }

  private static <T> Supplier<Optional<T>> optional(ArgSpec argument) {
    return () -> Optional.ofNullable(argument.getValue());
  }

  private static Supplier<List<String>> list(ArgSpec argument) {
    Supplier<Optional<List<String>>> given = optional(argument);
    return () -> given.get().orElse(List.of());
  }

  /** The program that the command belongs to, with the commands that were made. */
  CommandLine program() {
    return command.commandLine().getParent();
  }

  /** The writer for results. */
  Console out() {
    return new Console(command.commandLine().getOut());
  }

  /** The writer for progress and errors. */
  Console err() {
    return new Console(command.commandLine().getErr());
  }

  /** Prints an error as one line on standard error; the command goes on. */
  void complain(String message) {
    err().println("ecr: " + VisibleText.line(message));
    err().flush();
  }

  /** An exception for a value that was parsed but is wrong. */
  ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }

  /** An exception for a value that was parsed but is wrong, with the message of its cause. */
  ParameterException wrong(IllegalArgumentException cause) {
    return new ParameterException(command.commandLine(), cause.getMessage(), cause);
  }
}
