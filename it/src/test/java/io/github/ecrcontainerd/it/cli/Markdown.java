package io.github.ecrcontainerd.it.cli;

import io.github.ecrcontainerd.it.support.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/** The code blocks of the project's documents. */
final class Markdown {
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  private Markdown() {}

  /** Those of one document and language. */
  static List<String> blocks(String document, String language) throws IOException {
    return BLOCK
        .matcher(Files.readString(Checkout.project().resolve(document)))
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }
}
