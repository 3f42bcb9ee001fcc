package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.containerd.ContainerdClient;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.resolver.EcrReference;
import java.util.Optional;

/** The name that containerd has an image under. */
final class ImageName {

  private ImageName() {}

  /** What a pull keeps a reference under; other images have the names that others gave them. */
  static String of(String reference) {
    try {
      return EcrReference.of(reference).toString();
    } catch (IllegalArgumentException otherwise) {
      return reference;
    }
  }

  /**
   * The record of an image by what a user calls it: a name as it stands, or what a pull of a
   * reference keeps it under.
   *
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
