package io.github.ecrcontainerd.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Supplier;

/** The images of a command: parameters, and lines of a file. */
final class ReferenceList {
  private static final String STANDARD_INPUT = "-";

  private final Options options;
  private final Supplier<List<String>> references;
  private final Supplier<Optional<String>> file;

  /**
   * @param description of the parameters
   */
  ReferenceList(Options options, String... description) {
    this.options = options;
    references = options.otherParameters("REF", description);
    file =
        options.value(
            "--from-file",
            "LIST",
            String.class,
            "also pull the references in a file, one a line; empty lines and # comments are ignored; - is"
                + " standard input");
  }

  /** All of them, each once. */
  List<String> all() throws IOException {
    SequencedSet<String> all = new LinkedHashSet<>(references.get());
    if (file.get().isPresent()) {
      for (String line : lines(file.get().get())) {
        String reference = line.split("#", 2)[0].strip();
        if (!reference.isEmpty()) {
          all.add(reference);
        }
      }
    } else if (all.isEmpty()) {
      throw options.wrong("name an image (REF), or a file that names some (--from-file)");
    }
    return List.copyOf(all);
  }

  private static List<String> lines(String file) throws IOException {
    return file.equals(STANDARD_INPUT)
        ? new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()
        : Files.readAllLines(Path.of(file));
  }
}
