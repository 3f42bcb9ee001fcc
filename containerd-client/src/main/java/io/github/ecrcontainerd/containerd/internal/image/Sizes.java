package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;

/** The error for content whose size differs from its descriptor. */
public final class Sizes {
  private Sizes() {}

  /**
   * Returns the error, which names both sizes.
   *
   * @param actual the actual number of bytes
   */
  public static ImageException differ(String imageName, Descriptor content, long actual) {
    return new ImageException(
        ImageException.Code.MALFORMED,
        imageName,
        content.digest(),
        "%s of %s has %,d bytes; its descriptor says %,d"
            .formatted(content.digest(), imageName, actual, content.size()),
        null);
  }
}
