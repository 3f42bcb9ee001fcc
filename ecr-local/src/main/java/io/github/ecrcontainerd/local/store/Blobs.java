package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The {@code blobs} directory of a layout. Its files are served without a check of their digests.
 */
final class Blobs {
  private final Path directory;

  Blobs(Path directory) {
    this.directory = directory;
  }

  private Path path(Digest digest) {
    return directory.resolve(digest.algorithm().label()).resolve(digest.hex());
  }

  Optional<Blob> find(Digest digest) throws IOException {
    Path path = path(digest);
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      return file.isRegularFile()
          ? Optional.of(new Blob(digest, path, file.size(), file.lastModifiedTime().toInstant()))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  void write(Digest digest, byte[] content) throws IOException {
    Path path = path(digest);
    Files.createDirectories(path.getParent());
    AtomicFile.write(path, content);
  }

  /** Moves a complete file of the same file system into the directory. */
  void take(Digest digest, Path complete) throws IOException {
    Path path = path(digest);
    Files.createDirectories(path.getParent());
    AtomicFile.moveInto(complete, path);
  }

  void delete(Digest digest) throws IOException {
    Files.deleteIfExists(path(digest));
  }
}
