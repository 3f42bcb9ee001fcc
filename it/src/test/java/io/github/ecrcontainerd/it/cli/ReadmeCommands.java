package io.github.ecrcontainerd.it.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of the README and of CONTRIBUTING: the lines of its code blocks without a language,
 * and what begins as a command inside a sentence. A block of language {@code text} is the synopsis
 * of commands.
 *
 * @param blocks the blocks of commands, each as a script
 * @param sentences the commands inside sentences
 * @param synopses the lines of synopses
 */
record ReadmeCommands(List<String> blocks, Set<String> sentences, List<String> synopses) {
  private static final Pattern FENCE =
      Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);
  private static final Pattern SPAN = Pattern.compile("`((?:bin/|mvn |skopeo )[^`]+)`");

  /** Those of a checkout. */
  static ReadmeCommands in(Path checkout) throws IOException {
    String text =
        Files.readString(checkout.resolve("README.md"))
            + Files.readString(checkout.resolve("CONTRIBUTING.md"));
    List<String> blocks = new ArrayList<>();
    List<String> synopses = new ArrayList<>();
    Matcher fence = FENCE.matcher(text);
    while (fence.find()) {
      switch (fence.group(1)) {
        case "" -> blocks.add(fence.group(2));
        case "text" -> synopses.addAll(fence.group(2).lines().toList());
        // ReleaseIT builds these.
        case "java", "xml" -> {}
        default -> throw new AssertionError("Is this to be run? " + fence.group());
      }
    }
    Set<String> sentences = new LinkedHashSet<>();
    Matcher span = SPAN.matcher(fence.replaceAll(""));
    while (span.find()) {
      sentences.add(span.group(1).replaceAll("\\s+", " "));
    }
    return new ReadmeCommands(blocks, sentences, synopses);
  }
}
