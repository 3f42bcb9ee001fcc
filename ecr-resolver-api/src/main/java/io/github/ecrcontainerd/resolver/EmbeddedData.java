package io.github.ecrcontainerd.resolver;

import java.util.Arrays;
import java.util.Objects;

/**
 * The bytes of a document or small blob that needn't be fetched, because they come with a
 * descriptor ({@code data}, OCI image specification, "Content Descriptors") or with a {@link
 * Resolution}. Immutable; two instances with the same bytes are equal.
 */
public final class EmbeddedData {
  private final byte[] content;

  private EmbeddedData(byte[] content) {
    this.content = content;
  }

  /** Takes a copy of the bytes. */
  public static EmbeddedData of(byte[] content) {
    return new EmbeddedData(content.clone());
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return content.clone();
  }

  /**
   * Opens a reader of the bytes.
   *
   * @param offset the first byte wanted, from 0 to the number of bytes
   */
  public BlobReader open(long offset) {
    return new BytesReader(
        content, Math.toIntExact(Objects.checkIndex(offset, content.length + 1L)));
  }

  /** The number of bytes. */
  public int size() {
    return content.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EmbeddedData that && Arrays.equals(content, that.content);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(content);
  }

  /** The number of bytes, not the bytes: there may be many, and they are not always text. */
  @Override
  public String toString() {
    return content.length + " bytes";
  }
}
