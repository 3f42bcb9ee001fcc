package io.github.ecrcontainerd.resolver;

import java.util.Arrays;

/**
 * The bytes of a small blob that its descriptor carries along ({@code data}, OCI image
 * specification, "Content Descriptors"), so that nobody has to fetch it. Immutable; equal to others
 * of the same bytes.
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
