package io.github.ecrcontainerd.it.support;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A copy of those parts of the project that its scripts need: the scripts, the README, and the
 * built application. A test of the scripts thus changes nothing of the project, and builds nothing.
 */
public final class Checkout {
  private static final Path PROJECT = requireNonNull(Path.of("").toAbsolutePath().getParent());
  private static final Path APP = Path.of("cli-examples", "target", "app");
  private static final List<String> MODULES =
      List.of(
          "ecr-resolver-api",
          "ecr-resolver-impl",
          "containerd-client",
          "ecr-local",
          "cli-examples");

  private final Path directory;

  private Checkout(Path directory) {
    this.directory = directory;
  }

  /** Copies the project into a directory. */
  public static Checkout in(Path directory) throws IOException {
    Checkout checkout = new Checkout(directory);
    checkout.copyFile(Path.of("README.md"));
    checkout.copyFile(Path.of("CONTRIBUTING.md"));
    checkout.copyTree(Path.of("bin"));
    checkout.copyTree(Path.of("cli-examples", "src", "package"));
    checkout.copyTree(APP);
    // bin/verify accepts only names of existing classes.
    checkout.copyTree(Path.of("it", "src", "test", "java"));
    // The sources of the application, older than the application.
    Files.createFile(directory.resolve("pom.xml"));
    for (String module : MODULES) {
      Files.createDirectories(directory.resolve(module).resolve("src").resolve("main"));
      Files.createFile(directory.resolve(module).resolve("pom.xml"));
    }
    Files.writeString(checkout.app().resolve("built"), "");
    return checkout;
  }

  private void copyTree(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(PROJECT.resolve(tree))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path there = PROJECT.relativize(file);
        if (Files.isRegularFile(file) && !there.startsWith(APP.resolve("cache"))) {
          copyFile(there);
        }
      }
    }
  }

  private void copyFile(Path file) throws IOException {
    Path to = directory.resolve(file);
    Files.createDirectories(to.getParent());
    Files.copy(PROJECT.resolve(file), to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** The project's directory. */
  public static Path project() {
    return PROJECT;
  }

  Path directory() {
    return directory;
  }

  /** The version of the project's modules. */
  public static String version() throws IOException {
    Matcher version =
        Pattern.compile("^  <version>(.*)</version>$", Pattern.MULTILINE)
            .matcher(Files.readString(PROJECT.resolve("pom.xml")));
    if (!version.find()) {
      throw new IllegalStateException("the project's pom has no version");
    }
    return version.group(1);
  }

  /** The project's {@code bin/ecr}, which a test may run. */
  public static String launcher() {
    return PROJECT.resolve("bin").resolve("ecr").toString();
  }

  /** The command line that {@code bin/ecr} of the project starts, before the user's arguments. */
  public static List<String> ecr() {
    return Launcher.COMMAND;
  }

  /** The directory of the application, with the cache that the launcher makes. */
  public Path app() {
    return directory.resolve(APP);
  }

  public String script(String name) {
    return directory.resolve("bin").resolve(name).toString();
  }

  /** The script of the project's continuous integration. */
  public static String continuousIntegration() throws IOException {
    return Files.readString(PROJECT.resolve(".ci").resolve("run"));
  }

  /** A program that runs here, with nothing of this JVM's environment but PATH. */
  public ProcessBuilder process(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("HOME", directory.toString());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }

  /** Asks the launcher once. The launcher then makes its cache, if there is none yet. */
  private static final class Launcher {
    private static final String QUESTION =
        """
        . "$1/bin/lib.sh"
        find_cache "$2"
        command_line "$2/bin/java" "$app" "$cache" 96m print_lines
        """;
    static final List<String> COMMAND =
        Command.run(
                List.of(
                    "bash",
                    "-c",
                    QUESTION,
                    "bash",
                    PROJECT.toString(),
                    System.getProperty("java.home")))
            .lines()
            .toList();
  }
}
