package io.github.ecrcontainerd.cli;

import io.github.ecrcontainerd.resolver.EcrReference;

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
}
