package io.github.ecrcontainerd.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The content of a daemon's store, read with its own tool and from its files. */
public final class StoredContent {

  private StoredContent() {}

  /** The digests that {@code ctr content ls} lists. */
  public static Set<Digest> of(Containerd containerd) {
    return containerd
        .ctr("content", "ls", "-q")
        .lines()
        .map(Digest::parse)
        .collect(Collectors.toSet());
  }

  /** Checks that every blob's file matches its digest. */
  public static void checkBytes(Containerd containerd) {
    for (Digest digest : of(containerd)) {
      Path file =
          containerd
              .root()
              .resolve("io.containerd.content.v1.content/blobs/sha256")
              .resolve(digest.hex());
      try {
        assertThat(Digest.sha256(Files.readAllBytes(file))).isEqualTo(digest);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Checks that every file of the store, of whatever namespace, matches its name. */
  public static void checkFiles(Containerd containerd) {
    Path blobs = containerd.root().resolve("io.containerd.content.v1.content/blobs/sha256");
    try (Stream<Path> files = Files.list(blobs)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        checkFile(file);
      }
    } catch (NoSuchFileException e) {
      // Nothing has been stored so far.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void checkFile(Path file) throws IOException {
    try {
      assertThat(Digest.sha256(Files.readAllBytes(file)).hex())
          .isEqualTo(file.getFileName().toString());
    } catch (NoSuchFileException e) {
      // The daemon has collected it in the meantime.
    }
  }

  /** The labels that {@code ctr content ls} shows for a blob. */
  public static String labels(Containerd containerd, Digest digest) {
    return containerd
        .ctr("content", "ls")
        .lines()
        .filter(line -> line.startsWith(digest.toString()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("The content store has no " + digest));
  }
}
