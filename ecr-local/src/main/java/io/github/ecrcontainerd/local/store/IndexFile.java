package io.github.ecrcontainerd.local.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code index.json} of a layout. Other programs may write it at any time, so it is read again
 * whenever it has changed.
 */
final class IndexFile {
  /**
   * A file that is newer than this may change again with the same modification time, because a tick
   * of the file system's clock is some milliseconds long. So its content is not cached.
   */
  private static final long TOO_YOUNG_MILLIS = 100;

  private record Stamp(FileTime modified, long size, @Nullable Object fileKey) {}

  private record Read(Stamp stamp, boolean lasting, ObjectNode index, Catalog catalog) {}

  private final Path file;
  private final Blobs blobs;
  private @Nullable Read last;

  IndexFile(Path file, Blobs blobs) {
    this.file = file;
    this.blobs = blobs;
  }

  synchronized Catalog catalog() throws IOException {
    return read().catalog;
  }

  /** A copy of the file's content, to be changed. */
  synchronized ObjectNode copy() throws IOException {
    return read().index.deepCopy();
  }

  synchronized void write(ObjectNode index) throws IOException {
    AtomicFile.write(file, Json.MAPPER.writeValueAsBytes(index));
    last = null;
  }

  static ObjectNode empty() {
    ObjectNode index = Json.MAPPER.createObjectNode().put("schemaVersion", 2);
    index.putArray("manifests");
    return index;
  }

  private Read read() throws IOException {
    Instant now = Instant.now();
    Stamp stamp;
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      stamp = new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (NoSuchFileException e) {
      return new Read(
          new Stamp(FileTime.fromMillis(0), 0, null),
          false,
          empty(),
          new CatalogReading(blobs).read(empty()));
    }
    @Nullable Read earlier = last;
    if (earlier != null && earlier.lasting && earlier.stamp.equals(stamp)) {
      return earlier;
    }
    ObjectNode index;
    try {
      index = parse(Files.readAllBytes(file));
    } catch (JacksonException | NotAnIndexException e) {
      if (earlier != null) {
        // Another program has written it partially. The earlier content applies until it can be
        // read.
        return earlier;
      }
      throw new IOException(file + " is not the index of an image layout", e);
    }
    boolean lasting = stamp.modified.toInstant().isBefore(now.minusMillis(TOO_YOUNG_MILLIS));
    Read read = new Read(stamp, lasting, index, new CatalogReading(blobs).read(index));
    last = read;
    return read;
  }

  private static ObjectNode parse(byte[] content) throws NotAnIndexException {
    @Nullable JsonNode root = Json.MAPPER.readTree(content);
    if (root instanceof ObjectNode object) {
      return object;
    }
    throw new NotAnIndexException();
  }

  private static final class NotAnIndexException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
