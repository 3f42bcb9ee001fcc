package io.github.ecrcontainerd.resolver;

import java.util.Arrays;
import java.util.Objects;

/**
 * The bytes of a document or small blob that come with what names it, so that it needn't be
 * fetched: with a descriptor ({@code data}, OCI image specification, "Content Descriptors"), or
 * with a {@link Resolution}. Immutable; equal to others of the same bytes.
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
   * A reader of them.
   *
   * @param offset the first byte wanted, from 0 to their number
   */
  public BlobReader open(long offset) {
    return new BytesReader(
        content, Math.toIntExact(Objects.checkIndex(offset, content.length + 1L)));
  }

  /** Their number. */
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

  /** Their number, not the bytes: they may be long, and are not always text. */
  @Override
  public String toString() {
    return content.length + " bytes";
  }
}
