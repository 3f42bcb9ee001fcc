package io.github.ecrcontainerd.it.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands of the documents: the lines of code blocks without a language, and what begins as a
 * command inside a sentence. A block of language {@code text} is the synopsis of commands, or what
 * a program prints.
 *
 * @param blocks the blocks of commands, each as a script
 * @param sentences the commands inside sentences
 * @param synopses the lines of synopses
 */
record DocumentedCommands(List<String> blocks, Set<String> sentences, List<String> synopses) {
  private static final Pattern SPAN = Pattern.compile("`((?:bin/|mvn |skopeo )[^`]+)`");

  /** Later ones use what the README has started and made. */
  private static final List<String> DOCUMENTS =
      List.of("README.md", "CONTRIBUTING.md", "docs/performance.md", "docs/library.md");

  static DocumentedCommands read() throws IOException {
    List<String> blocks = new ArrayList<>();
    List<String> synopses = new ArrayList<>();
    Set<String> sentences = new LinkedHashSet<>();
    for (String document : DOCUMENTS) {
      Markdown markdown = Markdown.read(document);
      for (Markdown.Block block : markdown.blocks()) {
        switch (block.language()) {
          case "" -> blocks.add(block.text());
          case "text" -> synopses.addAll(block.text().lines().toList());
          // ReleaseIT and SnippetsIT build these.
          case "java", "xml" -> {}
          default -> throw new AssertionError("Is this to be run? " + block);
        }
      }
      Matcher span = SPAN.matcher(markdown.prose());
      while (span.find()) {
        sentences.add(span.group(1).replaceAll("\\s+", " "));
      }
    }
    return new DocumentedCommands(blocks, sentences, synopses);
  }
}
