package io.github.ecrcontainerd.it.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.PullOptions;
import io.github.ecrcontainerd.containerd.PushOptions;
import io.github.ecrcontainerd.ecr.EcrResolver;
import io.github.ecrcontainerd.it.support.Checkout;
import io.github.ecrcontainerd.it.support.EcrCommand;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the documents name is there. */
@Timeout(120)
class DocumentsIT {
  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]+");

  /** The first cell of a table's row, if it is code. */
  private static final Pattern MESSAGE = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

  /** What stands for what differs. */
  private static final String ELLIPSIS = "…";

  private static final Path DOCS = Checkout.project().resolve("docs");

  @Test
  void eachMessageOfTheTroubleshootingIsOneOfTheCode() throws IOException {
    String code = literals();
    List<String> messages =
        MESSAGE
            .matcher(Files.readString(DOCS.resolve("troubleshooting.md")))
            .results()
            .map(result -> result.group(1))
            .toList();
    assertThat(messages).hasSizeGreaterThan(30);
    for (String message : messages) {
      for (String part : message.split(ELLIPSIS, -1)) {
        assertThat(code.contains(part)).as("%s: %s", message, part).isTrue();
      }
    }
  }

  @Test
  void theConfigurationHasEachOptionOfTheCommandsAndNoOther() throws Exception {
    Set<String> there = new TreeSet<>();
    for (String command : EcrCommand.COMMANDS) {
      there.addAll(options(EcrCommand.plain().run(command, "--help").out()));
    }
    assertThat(options(Files.readString(DOCS.resolve("configuration.md"))))
        .containsExactlyInAnyOrderElementsOf(there);
  }

  @Test
  void theConfigurationHasEachOptionOfTheBuildersAndNoOther() throws IOException {
    String text = Files.readString(DOCS.resolve("configuration.md"));
    for (Class<?> builder :
        List.of(
            EcrResolver.Builder.class,
            ContainerdClient.Builder.class,
            PullOptions.Builder.class,
            PushOptions.Builder.class)) {
      String name = requireNonNull(builder.getEnclosingClass()).getSimpleName();
      String row =
          text.lines()
              .filter(line -> line.startsWith("| `%s.builder()` |".formatted(name)))
              .findFirst()
              .orElseThrow();
      assertThat(
              Pattern.compile("`([A-Za-z0-9]+)`").matcher(row).results().map(each -> each.group(1)))
          .as(name)
          .containsExactlyInAnyOrderElementsOf(
              Stream.of(builder.getMethods())
                  .filter(method -> method.getReturnType() == builder)
                  .map(Method::getName)
                  .collect(Collectors.toSet()));
    }
  }

  private static Set<String> options(String text) {
    return OPTION.matcher(text).results().map(result -> result.group()).collect(Collectors.toSet());
  }

  /** All text in the code, with what is written in several pieces as one. */
  private static String literals() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(Checkout.project())) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().contains("/src/main/") && file.toString().endsWith(".java")) {
          all.append(Files.readString(file));
        }
      }
    }
    // What a format leaves open is left out on both sides.
    return all.toString()
        .replaceAll("\"\\s*(?:\\.formatted\\([^\"]*?\\)\\s*)?\\+\\s*\"", "")
        .replace("\\\"", "\"");
  }
}
