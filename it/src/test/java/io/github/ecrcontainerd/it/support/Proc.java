package io.github.ecrcontainerd.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads files of proc(5) whose process or thread may end at any time. */
public final class Proc {

  private Proc() {}

  /**
   * The content of a file; empty if its process or thread has ended.
   *
   * @throws UncheckedIOException if it exists and can't be read
   */
  public static Optional<String> read(Path file) {
    try {
      // The names of programs and threads may contain any bytes.
      return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      // No such file, or, if the process ended after the file was opened, no such process.
      if (Files.notExists(file)) {
        return Optional.empty();
      }
      throw new UncheckedIOException(e);
    }
  }
}
