package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Optional;

/** The name that containerd has an image under. */
final class ImageName {

  private ImageName() {}

  /** The name that a pull of a reference gives the image; any other text is itself a name. */
  static String of(String reference) {
    try {
      return EcrReference.of(reference).toString();
    } catch (IllegalArgumentException otherwise) {
      return reference;
    }
  }

  /**
   * Finds the record of an image.
   *
   * @param called the record's name, or the reference that was pulled
   * @throws ImageException if there is none
   */
  static Image find(ContainerdClient containerd, String called) throws InterruptedException {
    for (String name : new String[] {called, of(called)}) {
      Optional<Image> image = containerd.images().get(name);
      if (image.isPresent()) {
        return image.get();
      }
    }
    throw new ImageException(
        ImageException.Code.INCOMPLETE,
        "containerd has no image %s: pull it, or name one that it has (ecr ls)".formatted(called));
  }
}
