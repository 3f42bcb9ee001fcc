package io.github.ecrcontainerd.local.store;

import io.github.ecrcontainerd.resolver.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;

/**
 * A manifest or an index in a repository.
 *
 * @param mediaType its media type in {@code index.json}, or in the index that refers to it
 * @param blob its bytes
 * @param tags its tags, sorted
 * @param indexes the indexes that refer to it
 */
public record StoredImage(String mediaType, Blob blob, List<String> tags, List<Digest> indexes) {

  public Digest digest() {
    return blob.digest();
  }

  /** When it was pushed, or written by another program. */
  public Instant pushedAt() {
    return blob.written();
  }

  /** Its bytes, unchanged. */
  public byte[] read() throws IOException {
    return Files.readAllBytes(blob.path());
  }

  /**
   * Its parsed content.
   *
   * @throws IllegalArgumentException if it is not a manifest
   */
  public Manifest manifest() throws IOException {
    if (blob.size() > Manifest.LONGEST) {
      throw new IllegalArgumentException("it is longer than " + Manifest.LONGEST + " bytes");
    }
    return Manifest.parse(read());
  }
}
