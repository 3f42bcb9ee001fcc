package io.github.ecrcontainerd.containerd.internal.image;

import io.github.ecrcontainerd.containerd.content.ContentStore;
import io.github.ecrcontainerd.containerd.image.Image;
import io.github.ecrcontainerd.containerd.oci.ImageConfig;
import io.github.ecrcontainerd.containerd.oci.ImageException;
import io.github.ecrcontainerd.containerd.oci.Index;
import io.github.ecrcontainerd.containerd.oci.Manifest;
import io.github.ecrcontainerd.resolver.Descriptor;
import io.github.ecrcontainerd.resolver.MediaTypes;
import io.github.ecrcontainerd.resolver.Platform;

/** Reads the documents of an image out of the content store. */
public record StoredImage(ContentStore store, Image image) {
  private static final int LARGEST_DOCUMENT = 4_194_304;

  /** The configuration for a platform. */
  public ImageConfig config(Platform platform) throws InterruptedException {
    Descriptor current = image.target();
    while (MediaTypes.isIndex(current.mediaType())) {
      Index index = Index.parse(current.digest(), bytes(current));
      current =
          index
              .best(platform)
              .orElseThrow(
                  () ->
                      new ImageException(
                          "%s has no image for %s".formatted(image.name(), platform)));
    }
    Descriptor config = Manifest.parse(current.digest(), bytes(current)).config();
    if (!MediaTypes.isConfig(config.mediaType())) {
      throw new ImageException(
          "%s is an artifact of the type %s, not an image that runs"
              .formatted(image.name(), config.mediaType()));
    }
    return ImageConfig.parse(config.digest(), bytes(config));
  }

  private byte[] bytes(Descriptor document) throws InterruptedException {
    return store.readAll(document.digest(), LARGEST_DOCUMENT);
  }
}
