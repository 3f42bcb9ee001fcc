package io.github.ecrcontainerd.it.cli;

import io.github.ecrcontainerd.it.support.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A document of the project.
 *
 * @param blocks its code blocks
 * @param prose all that is in no code block
 */
record Markdown(List<Block> blocks, String prose) {
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  /** A code block, with the language that its fence names, or {@code ""}. */
  record Block(String language, String text) {}

  /** Reads one, by its path in the project. */
  static Markdown read(String document) throws IOException {
    String text = Files.readString(Checkout.project().resolve(document));
    List<Block> blocks =
        BLOCK
            .matcher(text)
            .results()
            .map(block -> new Block(block.group(1), block.group(2)))
            .toList();
    return new Markdown(blocks, BLOCK.matcher(text).replaceAll(""));
  }

  /** The blocks of one document and language. */
  static List<String> blocks(String document, String language) throws IOException {
    return read(document).blocks().stream()
        .filter(block -> block.language().equals(language))
        .map(Block::text)
        .toList();
  }
}
