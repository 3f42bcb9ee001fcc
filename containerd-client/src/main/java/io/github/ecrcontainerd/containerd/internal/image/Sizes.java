package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.Descriptor;

/** The error for content that has another size than its descriptor states. */
public final class Sizes {
  private Sizes() {}

  /**
   * The error, which names both sizes.
   *
   * @param actual how many bytes there are
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
